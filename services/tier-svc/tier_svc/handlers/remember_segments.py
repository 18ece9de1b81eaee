"""Hear who entered and left segments."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.members import SegmentEntered, SegmentLeft
from tier_svc.domain.segments import ToldSegment
from tier_svc.store import segments


async def remember_segments(tx: Tx, heard: Sequence[SegmentEntered | SegmentLeft]) -> None:
    """Keep what was told; what was heard before changes nothing. No tier rests on a segment: only
    simulations look at them, so nothing is told and no member is locked.
    """
    await segments.keep_segments(
        tx,
        (
            (
                one.member_id,
                ToldSegment(one.segment, one.occurred_at, one.seq, isinstance(one, SegmentEntered)),
            )
            for one in heard
        ),
    )
