"""The told timeline of a member: for each instant the message with the highest sequence that covers
it (P6).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from contracts.events.tiers import TierChanged


class Told(NamedTuple):
    """From `from_at` on, until the next of its ladder, the member is in `tier`; message `seq` said
    so.
    """

    from_at: datetime
    tier: str
    seq: int


Timeline = tuple[Told, ...]


def hear(timeline: Timeline, message: TierChanged) -> Timeline:
    """The timeline after a message, which covers [from_at, ∞) and is true where nothing later
    covers.

    Sequences never fall along a timeline, so an older message fills [from_at, start of the first
    later one). The same message again changes nothing.
    """
    first, until = message.from_at, _first_at_least(timeline, message.seq)
    if until is not None and until <= first:
        return timeline
    kept_before = [told for told in timeline if told.from_at < first]
    kept_after = [told for told in timeline if until is not None and told.from_at >= until]
    new = [
        Told(interval.from_at, interval.tier, message.seq)
        for interval in sorted(message.intervals, key=lambda i: i.from_at)
        if until is None or interval.from_at < until
    ]
    return (*kept_before, *new, *kept_after)


def _first_at_least(timeline: Timeline, seq: int) -> datetime | None:
    return next((told.from_at for told in timeline if told.seq >= seq), None)


def hear_all(timeline: Timeline, messages: Iterable[TierChanged]) -> Timeline:
    """The timeline after several messages, in any order."""
    for message in messages:
        timeline = hear(timeline, message)
    return timeline


def just_before(timeline: Sequence[Told], at: datetime) -> Told | None:
    """The tier told for the instants just before `at`: a tier that begins at `at` does not count
    yet.
    """
    found = None
    for told in timeline:
        if told.from_at >= at:
            break
        found = told
    return found


def rating_tier(
    ladders: Mapping[str, Timeline], at: datetime, ladder: str | None = None
) -> Told | None:
    """What rates a purchase at `at`: what was told of the `ladder` that a programme names; where it
    names none, of the ladders that told anything before `at` the first by name.
    """
    if ladder is not None:
        return just_before(ladders.get(ladder, ()), at)
    told = (just_before(ladders[ladder], at) for ladder in sorted(ladders))
    return next((one for one in told if one), None)
