"""Which segments a member was in: for each instant the message with the highest sequence that had
begun by then (P6).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Heard(NamedTuple):
    """From `from_at` on the member is in a segment, or no longer; message `seq` said so."""

    segment: str
    from_at: datetime
    seq: int
    is_in: bool


def segments_before(heard: Iterable[Heard], at: datetime) -> tuple[str, ...]:
    """The segments of the instants just before `at`, sorted: what begins at `at` does not count
    yet.
    """
    last: dict[str, Heard] = {}
    for one in heard:
        if one.from_at < at and (one.segment not in last or last[one.segment].seq < one.seq):
            last[one.segment] = one
    return tuple(sorted(segment for segment, one in last.items() if one.is_in))
