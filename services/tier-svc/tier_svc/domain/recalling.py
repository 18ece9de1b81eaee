"""Where a member stood as it was told then (E2): nothing is calculated again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tier_svc.domain import intervals
from tier_svc.domain.intervals import Interval, clip, join
from tier_svc.domain.standing import Elsewhere, elsewhere


@dataclass(frozen=True, slots=True)
class Telling:
    """The intervals from `from_at` on, as one message said them."""

    from_at: datetime
    intervals: Sequence[Interval]


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a member had been told, by ladder; a ladder that had told nothing is not there."""

    ladder: str
    by_ladder: Mapping[str, Sequence[Interval]]

    @property
    def told(self) -> Sequence[Interval]:
        """What was told of the ladder that is asked for; nothing before the first telling."""
        return self.by_ladder.get(self.ladder, ())


@dataclass(frozen=True, slots=True)
class StandingThen:
    """A standing as it was told. What it rested on, and what it lacked, is not kept."""

    version: int
    tier: str
    since: datetime
    until: datetime | None
    ladders: Sequence[Elsewhere]


def told_by(tellings: Iterable[Telling]) -> list[Interval]:
    """The timeline after these tellings, which are in order: each covers [from_at, ∞)."""
    told: list[Interval] = []
    for one in tellings:
        before = clip(told, told[0].from_at, one.from_at) if told else []
        told = join(before, one.intervals)
    return told


def stood(recalled: Recalled, at: datetime) -> StandingThen:
    """The standing at an instant; before the timeline starts, the one that it will start with."""
    told = recalled.told
    place = intervals.at(told, at) or 0
    since, until = intervals.unbroken(told, place)
    others = [
        elsewhere(ladder, several, at)
        for ladder, several in recalled.by_ladder.items()
        if ladder != recalled.ladder
    ]
    return StandingThen(told[place].version, told[place].tier, since, until, others)
