"""What a member is told once something new is known of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.ids import FactId, MemberId
from tier_svc.domain import timeline
from tier_svc.domain.facts import History
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.walk import Interval


@dataclass(frozen=True, slots=True)
class Standing:
    """What was told of a member: the whole timeline, in `seq` messages. Enrolment may not be known
    yet; nothing is told before it is.
    """

    member_id: MemberId
    enrolled_at: datetime | None
    seq: int
    told: Sequence[Interval]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A standing's timeline as it reads now; `says` is what others have to hear of it, if anything.

    `seq` is the number of the last message, this one included.
    """

    member_id: MemberId
    seq_before: int
    seq: int
    told: Sequence[Interval]
    says: Sequence[Interval]


def evaluate(
    ladder: Ladder,
    standing: Standing,
    history: History,
    touched: Collection[FactId],
    zone: ZoneInfo,
) -> Evaluation | None:
    """The timeline after the `touched` facts became known or changed; nothing where it reads alike.

    Nothing changes before the first instant of the touched facts that count, so only the rest is
    walked. Others hear the timeline from the earliest instant at which tier or ordinal differ.
    """
    if standing.enrolled_at is None:
        return None
    start = timeline.starts_at(standing.enrolled_at, history)
    since = _changed_from(history, touched) if standing.told else start
    if since is None:
        return None
    before = timeline.clip(standing.told, start, since)
    now = timeline.join(before, timeline.told(ladder, history, start, since, zone))
    if now == list(standing.told):
        return None
    differs_at = timeline.differs_from(standing.told, now)
    return Evaluation(
        member_id=standing.member_id,
        seq_before=standing.seq,
        seq=standing.seq + (differs_at is not None),
        told=now,
        says=timeline.clip(now, differs_at) if differs_at else (),
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a timeline stands: the tier now, and when it reads differently next."""

    tier: str
    next_evaluation_at: datetime | None


def moment(told: Sequence[Interval], now: datetime) -> Moment:
    """Where a told timeline stands at an instant; before it starts, where it will start."""
    place = timeline.at(told, now)
    if place is None:
        return Moment(told[0].tier, told[0].from_at)
    return Moment(told[place].tier, told[place].to_at)


def _changed_from(history: History, touched: Collection[FactId]) -> datetime | None:
    facts = (fact.occurred_at for fact in history.facts if fact.fact_id in touched)
    returns = (back.effect_at for back in history.returns if back.fact_id in touched)
    return min((*facts, *returns), default=None)
