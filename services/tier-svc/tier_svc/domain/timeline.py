"""The told timeline: tier(t) = F(the facts that occurred by t)(t) (T4).

Between the effects of two returns one F holds. A return changes what is told from its own instant
on, never before.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
from zoneinfo import ZoneInfo

from tier_svc.domain.facts import History, Return, kept
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.walk import Interval, Reason, walk


def starts_at(enrolled_at: datetime, history: History) -> datetime:
    """The beginning of a timeline: enrolment, or the first purchase if that was earlier."""
    return min(enrolled_at, history.facts[0].occurred_at) if history.facts else enrolled_at


def told(
    ladder: Ladder, history: History, start: datetime, since: datetime, zone: ZoneInfo
) -> list[Interval]:
    """The told timeline in [since, ∞), clipped at `since`: one linear walk, and one for each return
    after `since`.
    """
    out: list[Interval] = []
    effects = sorted({back.effect_at for back in history.returns})
    cuts = [start, *(at for at in effects if at > start)]
    for place, cut in enumerate(cuts):
        until = cuts[place + 1] if place + 1 < len(cuts) else None
        if until is not None and until <= since:
            continue
        returns = [back for back in history.returns if back.effect_at <= cut]
        facts = kept(history.facts, returns) if returns else history.facts
        part = walk(ladder, facts, start, zone)
        if cut > start:
            part = _begun_by(returns, cut, part)
        out = join(out, clip(part, max(cut, since), until))
    return out


def clip(
    intervals: Sequence[Interval], since: datetime, until: datetime | None = None
) -> list[Interval]:
    """What of the intervals lies in [since, until); what began earlier keeps its reason."""
    out = []
    for interval in intervals:
        from_at = max(interval.from_at, since)
        to_at = _earlier(interval.to_at, until)
        if (from_at, to_at) == (interval.from_at, interval.to_at):
            out.append(interval)
        elif to_at is None or from_at < to_at:
            out.append(replace(interval, from_at=from_at, to_at=to_at))
    return out


def join(before: Sequence[Interval], following: Sequence[Interval]) -> list[Interval]:
    """One list of intervals, where the same tier and ordinal on both sides of the seam are one
    interval.
    """
    if not before or not following:
        return [*before, *following]
    last, first = before[-1], following[0]
    if (last.rank, last.ordinal) != (first.rank, first.ordinal):
        return [*before, *following]
    return [*before[:-1], replace(last, to_at=first.to_at), *following[1:]]


def differs_from(before: Sequence[Interval], now: Sequence[Interval]) -> datetime | None:
    """The earliest instant at which tier or ordinal differ; none if the two timelines read alike.

    Both reach to the end of time and are joined, so that each interval differs from the one before
    it.
    """
    for old, new in zip_longest(before, now):
        if old is None or new is None:
            return (old or new).from_at
        if (old.from_at, old.rank, old.ordinal) != (new.from_at, new.rank, new.ordinal):
            return min(old.from_at, new.from_at)
    return None


def at(intervals: Sequence[Interval], instant: datetime) -> int | None:
    """The place of the interval that contains an instant; none before the timeline starts."""
    for place in range(len(intervals) - 1, -1, -1):
        if intervals[place].from_at <= instant:
            return place
    return None


def unbroken(intervals: Sequence[Interval], place: int) -> tuple[datetime, datetime | None]:
    """The unbroken told time in one tier around an interval: since when, until when (T6). Ordinals
    do not break it.
    """
    rank = intervals[place].rank
    first = last = place
    while first > 0 and intervals[first - 1].rank == rank:
        first -= 1
    while last + 1 < len(intervals) and intervals[last + 1].rank == rank:
        last += 1
    return intervals[first].from_at, intervals[last].to_at


def _begun_by(returns: Sequence[Return], cut: datetime, part: list[Interval]) -> list[Interval]:
    """What holds at a return's instant and began before it is told because of that return."""
    fact_id = max(back.fact_id for back in returns if back.effect_at == cut)
    return [
        replace(interval, reason=Reason.RETURNED, fact_id=fact_id)
        if interval.from_at < cut
        else interval
        for interval in part
    ]


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
