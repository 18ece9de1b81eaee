"""Bring what was rated before a publication to the version that it put in force."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.moments import first_id
from points_svc.domain.rerating import Accrued, outdated
from points_svc.domain.rules import RuleBook
from points_svc.handlers.load_standings import load_standings
from points_svc.handlers.rerate_purchases import rerate_purchases
from points_svc.store import accounts, catch_ups, postings, programme


async def rerate_published(tx: Tx, limit: int) -> int:
    """Look at the next `limit` members, in the order of their ids, for purchases that an older
    version rated although a later one was in force when they occurred, and post the difference;
    also in the point types that the later one adds (E4). Answers how many members were looked at.

    A publication waits for whoever rates by the versions of before, so all there is to find is
    there when its catch-up begins, and once through the members is enough. Skipped, run twice or
    killed in the middle it ends in the same ledger (P11).
    """
    found = await catch_ups.next_catch_up(tx)
    if found is None:
        return 0
    await programme.share_rules(tx)
    rules = await programme.rule_book(tx)
    member_ids = await accounts.members_after(tx, found.after_member, limit)
    since = first_id(found.effective_from)
    accrued = await postings.accruals_since(tx, [(one, since) for one in member_ids], rules)
    await _rerate(tx, outdated(accrued), rules)
    if len(member_ids) == limit:
        await catch_ups.go_on_after(tx, found.version, member_ids[-1])
    else:
        await catch_ups.end_catch_up(tx, found.version)
    return len(member_ids)


async def _rerate(tx: Tx, stale: Sequence[Accrued], rules: RuleBook) -> None:
    if not stale:
        return
    member_ids = [one.purchase.member_id for one in stale]
    locked = await accounts.touch_accounts(tx, member_ids, rules.point_types())
    standings = await load_standings(tx, member_ids, rules.reads)
    await rerate_purchases(tx, locked, stale, standings)
