"""Hear who entered and left segments, and rate again what that touches."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.members import SegmentEntered, SegmentLeft
from points_svc.domain.moments import first_id
from points_svc.domain.rerating import is_rated_alike
from points_svc.domain.segments import Heard
from points_svc.handlers.load_standings import load_standings
from points_svc.handlers.rerate_purchases import rerate_purchases
from points_svc.store import accounts, postings, programme, segments

SEGMENT = "segment"


async def rerate_segments(tx: Tx, heard: Sequence[SegmentEntered] | Sequence[SegmentLeft]) -> None:
    """Keep what was told, and post the difference for the facts from then on that are rated another
    way. A message that was heard before changes nothing; neither does one that no rule looks at.
    """
    await programme.share_rules(tx)
    rules = await programme.rule_book(tx)
    member_ids = [one.member_id for one in heard]
    if SEGMENT not in rules.reads:
        await segments.keep_segments(tx, [_kept(one) for one in heard])
        return
    locked = await accounts.touch_accounts(tx, member_ids, rules.point_types())
    before = await load_standings(tx, member_ids, rules.reads)
    new = await segments.keep_segments(tx, [_kept(one) for one in heard])
    after = await load_standings(tx, member_ids, rules.reads)
    since = {
        member_id: min(one.occurred_at for one in heard if one.member_id == member_id)
        for member_id in sorted(new)
    }
    accrued = await postings.accruals_since(
        tx, [(member_id, first_id(at)) for member_id, at in since.items()], rules
    )
    touched = [
        one
        for one in accrued
        if not is_rated_alike(one, before[one.purchase.member_id], after[one.purchase.member_id])
    ]
    await rerate_purchases(tx, locked, touched, after)


def _kept(one: SegmentEntered | SegmentLeft) -> tuple[str, Heard]:
    is_in = isinstance(one, SegmentEntered)
    return one.member_id, Heard(one.segment, one.occurred_at, one.seq, is_in)
