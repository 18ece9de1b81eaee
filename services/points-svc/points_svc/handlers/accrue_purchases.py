"""Post what purchases are worth."""

from collections.abc import Iterable, Mapping, Sequence

from chassis.tx import Tx
from contracts.events.purchases import PurchaseRecorded
from points_svc.domain import accrual
from points_svc.domain.books import Books
from points_svc.domain.standings import NOBODY, FactKey, Standing
from points_svc.handlers.heed_activities import heed_activities
from points_svc.handlers.judge_first import judge_first
from points_svc.handlers.load_standings import load_standings
from points_svc.handlers.post_books import post_books
from points_svc.handlers.read_allowances import read_allowances
from points_svc.handlers.recall_absent import recall_absent
from points_svc.handlers.rerate_purchases import rerate_purchases
from points_svc.handlers.take_allowances import take_allowances
from points_svc.store import accounts, postings, programme, returns

PATIENT_RACES = 2
BEYOND_TIERS = frozenset({"segment", "first_purchase"})


async def accrue_purchases(tx: Tx, purchases: Sequence[PurchaseRecorded]) -> None:
    """Post what each purchase is worth, and what returns that waited for it take back.

    A purchase that was seen before changes nothing. The accounts are read first and without locks,
    and written only where nobody touched them meanwhile, so what is read after them is still true;
    who lost two such races takes the locks, in id order. So it is with the budgets of campaigns. A
    purchase that turns out to be earlier than the member's first so far takes that away from it.
    """
    await programme.share_rules(tx)
    terms = await programme.terms(tx)
    members = [purchase.member_id for purchase in purchases]
    is_losing = tx.cause.lost_races >= PATIENT_RACES
    opened = await (accounts.lock_accounts_of if is_losing else accounts.accounts_of)(tx, members)
    known = await postings.look_up_purchases(tx, purchases, terms.rules)
    fresh = {p.fact_id: p for p in purchases if not known[p.fact_id].is_known}
    if not fresh:
        return
    awaited = [(p.member_id, p.fact_id) for p in fresh.values() if known[p.fact_id].has_returns]
    waiting = await returns.returns_of(tx, awaited) if awaited else {}
    before: Mapping[str, Standing] = {}
    if terms.rules.reads & BEYOND_TIERS:
        before = await load_standings(tx, members, terms.rules.reads)
    standings = _with(before, fresh.values())
    ours = terms.rules.in_force(tx.now)
    books = Books(tx.now, str(ours.version), opened, ours.zone)
    bought = [
        accrual.purchased(
            one, known[one.fact_id].told, terms.rules, standings.get(one.member_id, NOBODY)
        )
        for one in fresh.values()
    ]
    await judge_first(tx, books, terms.rules)
    terms = terms._replace(left=await read_allowances(tx, bought))
    for one in bought:
        accrual.accrue(books, one, waiting.get(one.fact_id, ()), terms)
    if terms.rules.awaited:
        await heed_activities(tx, books, [(p.member_id, p.fact_id) for p in fresh.values()])
    if terms.rules.forgetting:
        await recall_absent(tx, books, members)
    await post_books(tx, books)
    await _rerate_overtaken(tx, before, standings)
    await take_allowances(tx, terms.left)


def _with(before: Mapping[str, Standing], fresh: Iterable[PurchaseRecorded]) -> dict[str, Standing]:
    """What is known once these purchases are: any of them may be the first."""
    after = dict(before)
    for purchase in fresh:
        if purchase.member_id in after:
            was = after[purchase.member_id]
            key: FactKey = (purchase.occurred_at, purchase.fact_id)
            after[purchase.member_id] = was._replace(first=min(was.first or key, key))
    return after


async def _rerate_overtaken(
    tx: Tx, before: Mapping[str, Standing], after: Mapping[str, Standing]
) -> None:
    """Purchases that were the first and no longer are."""
    overtaken = [
        (member_id, was.first[1])
        for member_id, was in before.items()
        if was.first and was.first != after[member_id].first
    ]
    if not overtaken:
        return
    rules = await programme.rule_book(tx)
    member_ids = [member_id for member_id, _ in overtaken]
    locked = await accounts.touch_accounts(tx, member_ids, rules.point_types())
    accrued = await postings.accruals_of(tx, overtaken, rules)
    await rerate_purchases(tx, locked, accrued, after)
