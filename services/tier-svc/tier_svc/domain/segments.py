"""Which segments a member was in: for each instant the message with the highest sequence that had
begun by then.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

NONE = "(none)"
AND = " + "
"""Joins the segments of a member who is in several; no name of one has it."""


class ToldSegment(NamedTuple):
    """From `from_at` on a member is in a segment, or no longer; message `seq` said so."""

    segment: str
    from_at: datetime
    seq: int
    is_in: bool


def segments_before(told: Iterable[ToldSegment], end: datetime) -> list[str]:
    """The segments of the last instant before `end`, sorted."""
    last: dict[str, ToldSegment] = {}
    for one in told:
        before = last.get(one.segment)
        if one.from_at < end and (before is None or before.seq < one.seq):
            last[one.segment] = one
    return sorted(segment for segment, one in last.items() if one.is_in)


def together_in(segments: Iterable[str]) -> str:
    """All of them as one name, so that everybody is in one part."""
    return AND.join(segments) or NONE
