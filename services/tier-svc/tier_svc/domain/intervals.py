"""Pieces of a member's time: each in one tier, for the n-th time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import zip_longest

from contracts.ids import FactId


class Reason(StrEnum):
    """What began an interval: a fact, the end of something, a return, what became of a complaint,
    another ladder, a way up.
    """

    STARTED = "started"
    REACHED = "reached"
    RENEWED = "renewed"
    ENDED = "ended"
    STEPPED_DOWN = "stepped_down"
    RETURNED = "returned"
    COMPLAINT = "complaint"
    FLOOR = "floor"
    PUBLISHED = "published"
    OVERRIDE = "override"
    INVITATION = "invitation"
    MATCH = "match"
    CHALLENGE = "challenge"
    BOUGHT = "bought"
    PAID = "paid"
    TRIAL = "trial"


TAKEN_BACK = frozenset({Reason.RETURNED, Reason.COMPLAINT})
"""From then on facts read otherwise, also of the time before."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The member stands in `tier`, the rung of `rank`, in [from_at, to_at), for the `ordinal`-th
    time (B2), by this version of the ladder.

    `fact_id` is the last fact of the instant that began it, or the way up, where one did.
    """

    tier: str
    rank: int
    ordinal: int
    from_at: datetime
    to_at: datetime | None
    reason: Reason
    fact_id: FactId | None = None
    version: int = 0

    @property
    def reads_as(self) -> tuple[str, int, int]:
        """What others hear of it; the rest explains it."""
        return self.tier, self.rank, self.ordinal


def clip(
    intervals: Sequence[Interval], since: datetime, until: datetime | None = None
) -> list[Interval]:
    """What of the intervals lies in [since, until); what began earlier keeps its reason."""
    out = []
    for interval in intervals:
        if interval.to_at is not None and interval.to_at <= since:
            continue
        from_at = max(interval.from_at, since)
        to_at = _earlier(interval.to_at, until)
        if (from_at, to_at) == (interval.from_at, interval.to_at):
            out.append(interval)
        elif to_at is None or from_at < to_at:
            out.append(replace(interval, from_at=from_at, to_at=to_at))
    return out


def join(before: Sequence[Interval], following: Sequence[Interval]) -> list[Interval]:
    """One list of intervals, where what reads alike on both sides of the seam is one interval."""
    if not before or not following:
        return [*before, *following]
    last, first = before[-1], following[0]
    if last.reads_as != first.reads_as:
        return [*before, *following]
    return [*before[:-1], replace(last, to_at=first.to_at), *following[1:]]


def differs_from(before: Sequence[Interval], now: Sequence[Interval]) -> datetime | None:
    """The earliest instant at which tier, rank or ordinal differ; none if the two read alike.

    Both reach to the end of time and are joined, so that each interval differs from the one before
    it.
    """
    for old, new in zip_longest(before, now):
        if old is None or new is None:
            return (old or new).from_at
        if (old.from_at, old.reads_as) != (new.from_at, new.reads_as):
            return min(old.from_at, new.from_at)
    return None


def at(intervals: Sequence[Interval], instant: datetime) -> int | None:
    """The place of the interval that contains an instant; none before the timeline starts."""
    for place in range(len(intervals) - 1, -1, -1):
        if intervals[place].from_at <= instant:
            return place
    return None


def unbroken(intervals: Sequence[Interval], place: int) -> tuple[datetime, datetime | None]:
    """The unbroken told time in one tier around an interval: since when, until when (T6). Neither
    ordinals nor versions break it.
    """
    tier = intervals[place].tier
    first = last = place
    while first > 0 and intervals[first - 1].tier == tier:
        first -= 1
    while last + 1 < len(intervals) and intervals[last + 1].tier == tier:
        last += 1
    return intervals[first].from_at, intervals[last].to_at


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
