"""Post what purchases are worth."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.purchases import PurchaseRecorded
from points_svc.domain import accrual
from points_svc.domain.books import Books
from points_svc.handlers.post_books import post_books
from points_svc.store import accounts, postings, programme, returns


async def accrue_purchases(tx: Tx, purchases: Sequence[PurchaseRecorded]) -> None:
    """Post what each purchase is worth, and what returns that waited for it take back.

    A purchase that was seen before changes nothing.
    """
    known = await postings.look_up_purchases(tx, purchases)
    fresh = {p.fact_id: p for p in purchases if not known[p.fact_id].is_known}
    if not fresh:
        return
    terms = await programme.terms(tx)
    opened = await accounts.accounts_of(tx, [p.member_id for p in fresh.values()])
    awaited = [(p.member_id, p.fact_id) for p in fresh.values() if known[p.fact_id].has_returns]
    waiting = await returns.returns_of(tx, awaited) if awaited else {}
    books = Books(tx.now, str(terms.rules.in_force(tx.now).version), opened)
    for fact_id, purchase in fresh.items():
        bought = accrual.purchased(purchase, known[fact_id].told, terms.rules)
        accrual.accrue(books, bought, waiting.get(fact_id, ()), terms)
    await post_books(tx, books)
