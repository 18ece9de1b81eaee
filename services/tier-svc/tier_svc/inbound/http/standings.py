"""Where members stand, how they came there, and why."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import Query

from chassis.http import FieldError, IdPath, Invalid, PageDep, Router, TxDep
from chassis.http.bodies import REF_PATTERN
from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain import intervals
from tier_svc.domain.forecast import forecast
from tier_svc.domain.intervals import Interval
from tier_svc.domain.recalling import Recalled, stood
from tier_svc.domain.refusals import LadderNotFound, LadderUnpublished, MemberNotFound
from tier_svc.domain.standing import stand
from tier_svc.domain.why import explain
from tier_svc.handlers.look_at_member import look_at_member
from tier_svc.handlers.recall_standing import recall_standing
from tier_svc.inbound.http.answers import (
    ForecastView,
    HistoryView,
    IntervalView,
    StandingView,
    WhyView,
)
from tier_svc.inbound.http.fields import Near

router = Router(tags=["standings"])
REFUSES = (MemberNotFound, LadderUnpublished, LadderNotFound)

At = Annotated[Near | None, Query()]
Ladder = Annotated[str | None, Query(pattern=REF_PATTERN)]
"""The main ladder, unless one is named."""


@router.get("/standings/{member_id}", scope="standing:read", refuses=REFUSES)
async def read_standing(
    member_id: IdPath, tx: TxDep, at: At = None, known_at: At = None, ladder: Ladder = None
) -> StandingView:
    """Where a member stands now, or `at` another instant, as it is known now or had been told by
    `known_at`.
    """
    if known_at is not None and known_at < tx.now:
        recalled = await _recalled(tx, member_id, ladder, known_at)
        return StandingView(
            member_id=member_id,
            ladder=recalled.ladder,
            as_of=at or tx.now,
            known_at=known_at,
            **asdict(stood(recalled, at or tx.now)),
        )
    known = await look_at_member(tx, MemberId(member_id), ladder)
    as_of = at or tx.now
    return StandingView(
        member_id=member_id,
        ladder=known.ladder,
        as_of=as_of,
        **asdict(stand(known, as_of)),
        forecast=ForecastView.model_validate(forecast(known, as_of)),
    )


@router.get("/standings/{member_id}/history", scope="standing:read", refuses=REFUSES)
async def read_history(
    member_id: IdPath, tx: TxDep, page: PageDep, known_at: At = None, ladder: Ladder = None
) -> HistoryView:
    """The told timeline, newest first, as it is known now or had been told by `known_at`."""
    told: Sequence[Interval]
    if known_at is not None and known_at < tx.now:
        told = (await _recalled(tx, member_id, ladder, known_at)).told
    else:
        told = (await look_at_member(tx, MemberId(member_id), ladder)).told
    seen_to = datetime.fromisoformat(page.after[0]) if page.after else None
    newest = [one for one in reversed(told) if seen_to is None or one.from_at < seen_to]
    shown = page.show(newest, IntervalView.model_validate, lambda one: [one.from_at])
    return HistoryView.model_validate(shown)


@router.get("/standings/{member_id}/why", scope="standing:read", refuses=REFUSES)
async def read_why(member_id: IdPath, tx: TxDep, at: At = None, ladder: Ladder = None) -> WhyView:
    """Why the interval of now, or of an instant, began: the facts and the arithmetic."""
    known = await look_at_member(tx, MemberId(member_id), ladder)
    place = intervals.at(known.told, at or tx.now)
    if place is None:
        raise Invalid(FieldError("/at", "before_start"))
    why = explain(known, place)
    return WhyView(
        member_id=member_id,
        ladder=known.ladder,
        version=why.interval.version,
        **asdict(why),
    )


async def _recalled(tx: Tx, member_id: str, ladder: str | None, known_at: datetime) -> Recalled:
    recalled = await recall_standing(tx, MemberId(member_id), ladder, known_at)
    if not recalled.told:
        raise Invalid(FieldError("/known_at", "before_start"))
    return recalled
