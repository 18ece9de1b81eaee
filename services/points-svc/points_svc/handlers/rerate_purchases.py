"""Bring purchases that were accrued before to what they are worth now."""

from collections.abc import Mapping, Sequence

from chassis.tx import Tx
from points_svc.domain import accrual
from points_svc.domain.books import Account, Books
from points_svc.domain.settling import expire_ended
from points_svc.domain.tiers import Timeline, rating_tier
from points_svc.handlers.load_lots import load_lots
from points_svc.handlers.post_books import post_books
from points_svc.store import postings, programme, returns
from points_svc.store.postings import Accrued

Timelines = Mapping[str, Mapping[str, Timeline]]


async def rerate_purchases(
    tx: Tx, accounts: Sequence[Account], accrued: Sequence[Accrued], timelines: Timelines
) -> None:
    """Post *target − already posted* for these accruals and every return of their purchases.

    The accounts are locked. Purchases are taken by (occurred_at, fact id), whatever order they came
    in.
    """
    if not accrued:
        return
    terms = await programme.terms(tx)
    facts = {(a.purchase.member_id, a.purchase.fact_id) for a in accrued}
    backs = await returns.returns_of(tx, facts)
    reversals = {
        (member_id, back.fact_id) for member_id, fact_id in facts for back in backs.get(fact_id, ())
    }
    posted = await postings.posted(tx, facts, reversals)
    books = Books(tx.now, str(terms.rules.in_force(tx.now).version), accounts)
    touched = [books.of(a.purchase.member_id, a.point_type) for a in accrued]
    await load_lots(
        tx, touched, [(a.purchase.member_id, a.point_type, a.purchase.fact_id) for a in accrued]
    )
    for book in books.all():
        expire_ended(book)
    for one in sorted(accrued, key=lambda a: (a.purchase.occurred_at, a.purchase.fact_id)):
        bought = one.purchase
        told = rating_tier(timelines.get(bought.member_id, {}), bought.occurred_at)
        used = accrual.rate(told, bought.basis.is_before_enrolment, bought.rules.base_tier)
        book = books.of(bought.member_id, one.point_type)
        accrual.rerate(book, bought, used, backs.get(bought.fact_id, ()), posted, terms)
    for book in set(touched):
        book.close_spent()
    await post_books(tx, books)
