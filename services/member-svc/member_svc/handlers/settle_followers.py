"""Decide what came before the purchase that it is about."""

from collections.abc import Mapping, Sequence

from chassis.tx import Tx
from contracts.ids import MemberId
from member_svc.domain import claims, telling
from member_svc.domain.members import Member
from member_svc.domain.programme import Terms
from member_svc.domain.returns import PurchaseName
from member_svc.handlers.open_purchases import open_purchases
from member_svc.store import facts


async def settle_followers(
    tx: Tx, terms: Terms, awaited: Sequence[PurchaseName], members: Mapping[MemberId, Member]
) -> None:
    """Returns and activities that waited are decided now, in recorded order; a return that exceeds
    its purchase goes to review (P7). `members` are the purchases'.
    """
    if not awaited:
        return
    waiting = [fact for fact in await facts.followers_of(tx, awaited) if fact.status == "waiting"]
    bought = await open_purchases(tx, awaited)
    settled = claims.settle_waiting(waiting, bought, tx.now)
    await facts.change(tx, settled)
    tx.emit(*telling.told(settled, telling.keys(bought), members, terms))
