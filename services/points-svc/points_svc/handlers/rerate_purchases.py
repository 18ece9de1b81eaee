"""Bring purchases that were accrued before to what they are worth now."""

from collections.abc import Mapping, Sequence

from chassis.tx import Tx
from points_svc.domain.books import Account, Books
from points_svc.domain.rerating import Accrued, Due, bring_to_target, is_short
from points_svc.domain.standings import NOBODY, Standing
from points_svc.handlers.judge_books import judge_books
from points_svc.handlers.load_named_lots import load_named_lots
from points_svc.handlers.post_books import post_books
from points_svc.store import postings, programme, returns

Standings = Mapping[str, Standing]


async def rerate_purchases(
    tx: Tx, accounts: Sequence[Account], accrued: Sequence[Accrued], standings: Standings
) -> None:
    """Post *target − already posted* for these accruals and every return of their purchases.

    The accounts are locked. Purchases are taken by (occurred_at, fact id), whatever order they came
    in. Only where their own lots do not suffice, or something has ended, are the accounts judged
    now and their other lots loaded.
    """
    if not accrued:
        return
    terms = await programme.terms(tx)
    ours = terms.rules.in_force(tx.now)
    books = Books(tx.now, str(ours.version), accounts, ours.zone)
    due = await _due(tx, accrued, standings)
    await load_named_lots(
        tx, books, [(d.purchase.member_id, d.point_type, d.purchase.fact_id) for d in due]
    )
    short = {books.of(d.purchase.member_id, d.point_type) for d in due if is_short(books, d)}
    await judge_books(tx, books, short)
    for one in sorted(due, key=lambda d: (d.purchase.occurred_at, d.purchase.fact_id)):
        bring_to_target(books, one, terms)
    for book in short:
        book.close_spent()
    await post_books(tx, books)


async def _due(tx: Tx, accrued: Sequence[Accrued], standings: Standings) -> list[Due]:
    """What each of these accruals and their returns should stand at, and what they stand at."""
    facts = {(a.purchase.member_id, a.purchase.fact_id) for a in accrued}
    backs = await returns.returns_of(tx, facts)
    reversals = {
        (member_id, back.fact_id) for member_id, fact_id in facts for back in backs.get(fact_id, ())
    }
    posted = await postings.posted(tx, facts, reversals)
    return [
        Due.of(
            one.purchase,
            one.point_type,
            standings.get(one.purchase.member_id, NOBODY),
            backs.get(one.purchase.fact_id, ()),
            posted,
        )
        for one in accrued
    ]
