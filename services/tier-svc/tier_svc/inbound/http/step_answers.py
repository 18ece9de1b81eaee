"""What a step up answers, now and under its key for ever."""

from chassis.http import Instant, View, idempotency
from chassis.tx import Tx
from contracts.refusal import Refusal
from tier_svc.domain.programme import StepOffer
from tier_svc.domain.refusals import (
    LadderNotFound,
    LadderUnpublished,
    MemberBanned,
    MemberClosed,
    MemberNotFound,
    TierUnknown,
)
from tier_svc.domain.step_refusals import (
    MemberSuspended,
    PointsInsufficient,
    PointsRefused,
    StepReached,
    StepTimedOut,
)
from tier_svc.domain.step_ups import StepUp, Why

GIVEN = 201
OF_MEMBER = (MemberNotFound, MemberBanned, MemberClosed, MemberSuspended)
OF_LADDER = (LadderNotFound, LadderUnpublished, TierUnknown, StepReached)
KNOWN = {one.code: one for one in (PointsInsufficient, StepTimedOut, *OF_MEMBER, *OF_LADDER)}


class StepRefusalView(View):
    """Why it was refused, or would be: the code and its numbers."""

    code: str
    numbers: dict[str, int | str | None]


class StepView(View):
    """A step up to `tier` as it stands: `pending`, `given` or `refused`. A given one is the way up
    of the same id.
    """

    step_id: str
    member_id: str
    ladder: str
    tier: str
    points: int
    point_type: str
    lasts_months: int
    lasts_days: int
    state: str
    decided_at: Instant
    ended_at: Instant | None
    programme_version: int
    refusal: StepRefusalView | None

    @classmethod
    def of(cls, one: StepUp) -> "StepView":
        """As it stands."""
        price = one.price
        why = one.why if one.state == "refused" else None
        return cls(
            step_id=one.step_id,
            member_id=one.member_id,
            ladder=one.ladder,
            tier=one.tier,
            points=price.points,
            point_type=price.point_type,
            lasts_months=price.lasts.months,
            lasts_days=price.lasts.days,
            state=one.stands,
            decided_at=one.decided_at,
            ended_at=one.ended_at,
            programme_version=one.programme_version,
            refusal=StepRefusalView(code=why.code, numbers=dict(why.numbers)) if why else None,
        )


class OfferView(View):
    """The step that is sold to the next tier, and why the member could not buy it now if so."""

    tier: str
    points: int
    point_type: str
    lasts_months: int
    lasts_days: int
    limit_times: int | None
    limit_calendar: str | None
    refusal: StepRefusalView | None

    @classmethod
    def of(cls, offer: StepOffer, refusal: Refusal | None) -> "OfferView":
        """As it is offered."""
        no = refusal and StepRefusalView.model_validate(
            {"code": refusal.code, "numbers": refusal.numbers}
        )
        return cls(
            tier=offer.tier,
            points=offer.points,
            point_type=offer.point_type,
            lasts_months=offer.span.months,
            lasts_days=offer.span.days,
            limit_times=offer.limit.times if offer.limit else None,
            limit_calendar=offer.limit.calendar if offer.limit else None,
            refusal=no,
        )


class StepsView(View):
    """The step that is offered now, if one is, and those that were bought, newest first."""

    offered: OfferView | None
    items: list[StepView]
    next_cursor: str | None


def refused_because(why: Why) -> Refusal:
    """The refusal that a caller is told."""
    known = KNOWN.get(why.code)
    return known(**why.numbers) if known else PointsRefused(why.code, **why.numbers)


async def keep_answer(tx: Tx, ended: StepUp) -> None:
    """Store the final answer under the key that asked for it, in the transaction that ends the
    step.
    """
    source, key = ended.asked.source, ended.asked.key
    if ended.state == "given":
        body = StepView.of(ended).model_dump_json().encode()
        await idempotency.answer(tx, source, key, GIVEN, body)
        return
    assert ended.why is not None
    await idempotency.refuse(tx, source, key, refused_because(ended.why))
