"""Adjustments that wait for a second person: above a value nobody gives or takes points alone.

asked ──► waiting ── approve ──► posted
             ├────── reject ───► rejected
             └─ time is over ──► lapsed
"""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from points_svc.domain.adjustments import AdjustmentAsk
from points_svc.domain.move_refusals import AdjustmentNotWaiting, SamePerson
from points_svc.domain.programme import AdjustmentTerms
from points_svc.domain.wall_time import add_days

WAITING, POSTED, REJECTED, LAPSED = "waiting", "posted", "rejected", "lapsed"


@dataclass(frozen=True)
class WaitingAdjustment:
    """What one person asked for, and how another decided. Nothing has moved until it is posted."""

    member_id: str
    adjustment_id: str
    point_type: str
    points: int
    reason: str
    reason_code: str
    source: str
    asked_by: str
    asked_at: datetime
    lapses_at: datetime
    state: str = WAITING
    decided_by: str | None = None
    decided_at: datetime | None = None
    posting_id: str | None = None

    @property
    def ask(self) -> AdjustmentAsk:
        """What is to be given or taken."""
        return AdjustmentAsk(
            self.member_id,
            self.point_type,
            self.points,
            self.reason,
            self.reason_code,
            self.source,
        )

    def state_at(self, at: datetime) -> str:
        """Its state as it is answered: lapsed from `lapses_at` on, whoever looked at it since."""
        return LAPSED if self.state == WAITING and self.lapses_at <= at else self.state

    def decided(self, state: str, by: str, at: datetime) -> "WaitingAdjustment":
        """As it stands once a second person has decided."""
        return replace(self, state=state, decided_by=by, decided_at=at)


def needs_second_person(ask: AdjustmentAsk, terms: AdjustmentTerms | None) -> bool:
    """Whether somebody else has to agree: above the value, whether points are given or taken."""
    return terms is not None and abs(ask.points) > terms.second_person_above


def waiting(
    ask: AdjustmentAsk, adjustment_id: str, by: str, now: datetime, lapses_at: datetime
) -> WaitingAdjustment:
    """What was asked, as it waits."""
    return WaitingAdjustment(
        ask.member_id,
        adjustment_id,
        ask.point_type,
        ask.points,
        ask.reason,
        ask.reason_code,
        ask.source,
        by,
        now,
        lapses_at,
    )


def lapses_at(terms: AdjustmentTerms, now: datetime, zone: ZoneInfo) -> datetime:
    """Until when a second person can decide: so many days of the programme's zone later."""
    return add_days(now, terms.lapse_after_days, zone)


def demand_second_person(one: WaitingAdjustment, by: str, now: datetime) -> None:
    """Refuse a decision that comes too late, or from who asked. Refusals: AdjustmentNotWaiting,
    SamePerson.
    """
    state = one.state_at(now)
    if state != WAITING:
        raise AdjustmentNotWaiting(state=state)
    if one.asked_by == by:
        raise SamePerson
