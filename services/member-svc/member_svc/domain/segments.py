"""Segments that staff set: who is in one, from when on (P5 and P6 rate by it).

Each message covers all time from its instant on; of those that have begun by an instant the last
that was said is true then. So whoever knows better later, or of earlier, says so once more.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from contracts.ids import MemberId
from contracts.refusal import Refusal
from member_svc.domain.facts import in_future
from member_svc.domain.programme import Terms
from member_svc.domain.refusals import Unfit

SEGMENT_PATTERN = r"^[a-z][a-z0-9_.-]{0,63}$"

Key = tuple[MemberId, str]


class SegmentAsk(NamedTuple):
    """That a member is in a segment from an instant on, or is not; now, where none is named."""

    member_id: MemberId
    segment: str
    is_in: bool
    from_at: datetime | None


class Said(NamedTuple):
    """What was said of a member and a segment, for the `seq`th time."""

    seq: int
    from_at: datetime
    is_in: bool


class Belonging(NamedTuple):
    """How a member stands to a segment, by what was said last; nothing ever: `seq` 0."""

    member_id: str
    segment: str
    is_in: bool
    from_at: datetime | None
    seq: int


def belonging(key: Key, said: Sequence[Said]) -> Belonging:
    """What the last message says."""
    if not said:
        return Belonging(*key, is_in=False, from_at=None, seq=0)
    last = said[-1]
    return Belonging(*key, is_in=last.is_in, from_at=last.from_at, seq=last.seq)


def is_in_at(said: Sequence[Said], at: datetime) -> bool:
    """Whether the member is in it at an instant; `said` is in the order of seq."""
    begun = [one for one in said if one.from_at <= at]
    return bool(begun) and begun[-1].is_in


def refused(ask: SegmentAsk, now: datetime, terms: Terms) -> Refusal | None:
    """Why something cannot be said: it lies ahead of now, or before the lateness window."""
    if ask.from_at is None:
        return None
    if now - ask.from_at > terms.lateness:
        return Unfit.at("/from", "out_of_range")
    return in_future(ask.from_at, now)


def next_said(said: Sequence[Said], ask: SegmentAsk, now: datetime) -> Said | None:
    """The next message, or None where it would change nothing at any instant from its own on."""
    since = ask.from_at or now
    instants = [since, *(one.from_at for one in said if one.from_at > since)]
    if all(is_in_at(said, at) is ask.is_in for at in instants):
        return None
    return Said(len(said) + 1, since, ask.is_in)
