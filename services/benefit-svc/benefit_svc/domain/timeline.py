"""A member's tiers as tier-svc told them, put together from messages in whatever order they came.

For each instant the message with the highest `seq` that covers it is true; a message covers
[from_at, ∞). So an older message that comes late still fills what only it covers, and no order of
arrival makes a difference. Each ladder has its own sequence, and so a timeline of its own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from benefit_svc.domain.periods import Window, overlap
from contracts.events.tiers import TierChanged


@dataclass(frozen=True)
class Piece:
    """The member is in `tier` during `window`, says message `seq`. `ordinal`: the n-th unbroken
    time in that tier.
    """

    seq: int
    tier: str
    ordinal: int
    window: Window


Timeline = tuple[Piece, ...]
Told = Mapping[str, Timeline]
"""By ladder. What was told before ladders were kept apart is under no name, and goes over to the
first that is heard of.
"""
UNNAMED = ""


def hear(told: Timeline, change: TierChanged) -> Timeline:
    """The timeline after one more message. One that was heard before, or is wholly overtaken,
    changes nothing.
    """
    overtaken_from = min((p.window.from_at for p in told if p.seq >= change.seq), default=None)
    covers = overlap(Window(change.from_at), Window(change.from_at, overtaken_from))
    if covers is None:
        return told
    before = [_until(p, change.from_at) for p in told if p.seq < change.seq]
    after = [p for p in told if p.seq >= change.seq]
    pieces = [*filter(None, before), *_heard(change, covers), *after]
    return tuple(sorted(pieces, key=lambda p: p.window.from_at))


def hear_all(told: Timeline, changes: Sequence[TierChanged]) -> Timeline:
    """The timeline after several messages of one member and ladder."""
    for change in changes:
        told = hear(told, change)
    return told


def hear_ladders(told: Told, changes: Sequence[TierChanged]) -> Told:
    """What was told of each ladder, after several messages of one member."""
    by_ladder: defaultdict[str, list[TierChanged]] = defaultdict(list)
    for change in changes:
        by_ladder[change.ladder].append(change)
    heard = dict(told)
    for ladder, messages in by_ladder.items():
        before = heard.pop(UNNAMED, ()) or heard.get(ladder, ())
        heard[ladder] = hear_all(before, messages)
    return heard


def eligible(told: Told, ladder: str | None) -> Timeline:
    """Whose tiers make eligible: the ladder that is named, without a name the first by name."""
    if ladder is not None and UNNAMED not in told:
        return told.get(ladder, ())
    return told[min(told)] if told else ()


def _until(piece: Piece, end: datetime) -> Piece | None:
    if piece.window.from_at >= end:
        return None
    kept = overlap(piece.window, Window(piece.window.from_at, end))
    return None if kept is None else replace(piece, window=kept)


def _heard(change: TierChanged, covers: Window) -> list[Piece]:
    pieces = []
    for interval in change.intervals:
        window = overlap(Window(interval.from_at, interval.to_at), covers)
        if window is not None:
            pieces.append(Piece(change.seq, interval.tier, interval.ordinal, window))
    return pieces
