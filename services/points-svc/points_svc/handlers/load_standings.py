"""Load what is known of members, as far as rules look at it."""

from collections.abc import Collection, Sequence

from chassis.tx import Tx
from points_svc.domain.standings import NO_LADDERS, Standing
from points_svc.store import members, postings, segments


async def load_standings(
    tx: Tx, member_ids: Sequence[str], reads: Collection[str]
) -> dict[str, Standing]:
    """Each member's told timelines; segments and first purchase only where `reads` names them, of
    tier, segment and first_purchase.
    """
    ladders = await members.timelines(tx, member_ids)
    heard = await segments.segments_of(tx, member_ids) if "segment" in reads else {}
    firsts = await postings.first_purchases(tx, member_ids) if "first_purchase" in reads else {}
    return {
        one: Standing(ladders.get(one, NO_LADDERS), heard.get(one, ()), firsts.get(one))
        for one in set(member_ids)
    }
