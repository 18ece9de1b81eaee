"""Post what purchases are worth."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.purchases import PurchaseRecorded
from points_svc.domain import accrual
from points_svc.domain.books import Books
from points_svc.handlers.post_books import post_books
from points_svc.store import accounts, postings, programme, returns

PATIENT_RACES = 2


async def accrue_purchases(tx: Tx, purchases: Sequence[PurchaseRecorded]) -> None:
    """Post what each purchase is worth, and what returns that waited for it take back.

    A purchase that was seen before changes nothing. The accounts are read first and without locks,
    and written only where nobody touched them meanwhile, so what is read after them is still true;
    who lost two such races takes the locks, in id order.
    """
    await programme.share_rules(tx)
    members = [purchase.member_id for purchase in purchases]
    is_losing = tx.cause.lost_races >= PATIENT_RACES
    opened = await (accounts.lock_accounts_of if is_losing else accounts.accounts_of)(tx, members)
    known = await postings.look_up_purchases(tx, purchases)
    fresh = {p.fact_id: p for p in purchases if not known[p.fact_id].is_known}
    if not fresh:
        return
    terms = await programme.terms(tx)
    awaited = [(p.member_id, p.fact_id) for p in fresh.values() if known[p.fact_id].has_returns]
    waiting = await returns.returns_of(tx, awaited) if awaited else {}
    ours = terms.rules.in_force(tx.now)
    books = Books(tx.now, str(ours.version), opened, ours.zone)
    for fact_id, purchase in fresh.items():
        bought = accrual.purchased(purchase, known[fact_id].told, terms.rules)
        accrual.accrue(books, bought, waiting.get(fact_id, ()), terms)
    await post_books(tx, books)
