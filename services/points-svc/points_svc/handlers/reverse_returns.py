"""Take back what returned units had brought."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.purchases import PurchaseReturned
from points_svc.handlers.load_standings import load_standings
from points_svc.handlers.rerate_purchases import rerate_purchases
from points_svc.store import accounts, postings, programme, returns


async def reverse_returns(tx: Tx, heard: Sequence[PurchaseReturned]) -> None:
    """Keep each return under its purchase and post what it takes back; where the purchase has not
    come yet, the return waits for it. A return that was seen before changes nothing.
    """
    await programme.share_rules(tx)
    new = await returns.keep_returns(tx, heard)
    fresh = [back for back in heard if back.fact_id in new]
    if not fresh:
        return
    rules = await programme.rule_book(tx)
    member_ids = [back.member_id for back in fresh]
    locked = await accounts.touch_accounts(tx, member_ids, rules.point_types())
    accrued = await postings.accruals_of(
        tx, [(back.member_id, back.purchase_fact_id) for back in fresh], rules
    )
    standings = await load_standings(tx, member_ids, rules.reads)
    await rerate_purchases(tx, locked, accrued, standings)
