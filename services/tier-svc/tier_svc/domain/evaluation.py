"""What a member is told once something new is known of them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.ids import FactId, MemberId
from tier_svc.domain import intervals
from tier_svc.domain.falling import falls_at
from tier_svc.domain.grounds import Grounds
from tier_svc.domain.intervals import Interval
from tier_svc.domain.timeline import told_timeline


@dataclass(frozen=True, slots=True)
class Standing:
    """What was told of a member on one ladder: the whole timeline, in `seq` messages; none yet is
    0.
    """

    member_id: MemberId
    ladder: str
    seq: int
    told: Sequence[Interval]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A standing's timeline as it reads now; `says` is what others have to hear of it, if anything.

    `seq` is the number of the last message, this one included.
    """

    member_id: MemberId
    ladder: str
    seq_before: int
    seq: int
    told: Sequence[Interval]
    says: Sequence[Interval]


def evaluate(
    grounds: Grounds, standing: Standing, touched: Collection[FactId] | None
) -> Evaluation | None:
    """The timeline after the `touched` facts and ways became known or changed (None: anything may
    have); nothing where it reads alike.

    Nothing changes before the first instant of what is touched and counts, so only the rest is
    walked. Others hear the timeline from the earliest instant at which tier or ordinal differ.
    """
    start = grounds.starts_at
    since: datetime | None = start
    if standing.told and touched is not None:
        since = min(_instants(grounds, touched), default=None)
    if since is None:
        return None
    before = intervals.clip(standing.told, start, since)
    now = intervals.join(before, told_timeline(grounds, since))
    if now == list(standing.told):
        return None
    differs_at = intervals.differs_from(standing.told, now)
    return Evaluation(
        member_id=standing.member_id,
        ladder=standing.ladder,
        seq_before=standing.seq,
        seq=standing.seq + (differs_at is not None),
        told=now,
        says=intervals.clip(now, differs_at) if differs_at else (),
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a timeline stands: the tier now, when it reads differently next, and when it next leads
    lower.
    """

    tier: str
    next_evaluation_at: datetime | None
    falls_at: datetime | None


def moment(told: Sequence[Interval], now: datetime) -> Moment:
    """Where a told timeline stands at an instant; before it starts, where it will start."""
    place = intervals.at(told, now)
    lower = falls_at(told, now)
    if place is None:
        return Moment(told[0].tier, told[0].from_at, lower)
    return Moment(told[place].tier, told[place].to_at, lower)


def _instants(grounds: Grounds, touched: Collection[FactId]) -> Iterator[datetime]:
    """When what is touched begins to count."""
    for version in grounds.versions:
        facts, returns = version.history
        yield from (fact.occurred_at for fact in facts if fact.fact_id in touched)
        yield from (back.effect_at for back in returns if back.fact_id in touched)
    yield from (way.from_at for way in grounds.ways if way.way_id in touched)
