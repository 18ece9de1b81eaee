"""Look up when members were there, where points are lost by being away."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from chassis.tx import Tx
from points_svc.domain.books import Book, Books
from points_svc.domain.presence import Presence
from points_svc.domain.rules import RuleBook
from points_svc.handlers.load_named_lots import load_named_lots
from points_svc.store import activities, lot_terms, programme

MONTH_DAYS_MAX = 31


async def load_presence(tx: Tx, books: Books, *, is_ahead: bool = False) -> None:
    """For the accounts with something due, of point types that are lost by absence: the instants of
    the member's facts since the oldest loaded lot and of as long before it as any of them keeps
    points (what came from others may be younger than the last of them), and the lots that were lost
    before. Does nothing where nothing is due (P2), unless somebody looks ahead.
    """
    due = [book for book in books.all() if is_ahead or _is_due(book)]
    rules = await programme.rule_book(tx) if due else None
    if rules is None or not rules.forgetting:
        return
    asked = [book for book in due if book.point_type in rules.forgetting]
    names = {(book.member_id, book.point_type) for book in asked}
    absent = await lot_terms.absent_lots(tx, [book.member_id for book in asked])
    unloaded = [
        (member_id, point_type, lot_id)
        for member_id, point_type, lot_id in absent
        if (member_id, point_type) in names and lot_id not in books.of(member_id, point_type).lots
    ]
    await load_named_lots(tx, books, unloaded)
    kept = _longest(rules)
    since = [(member_id, at - kept) for member_id, at in sorted(_oldest(asked).items())]
    instants = await activities.present_at(tx, since) if since else {}
    for book in asked:
        book.presence = Presence(instants.get(book.member_id, ()), rules, book.point_type)


def _is_due(book: Book) -> bool:
    return book.due_at is not None and book.due_at <= book.now


def _longest(rules: RuleBook) -> timedelta:
    """No fact keeps points for longer, however long its months are."""
    months = [rule.terms.inactivity_months or 0 for v in rules.versions for rule in v.points]
    return timedelta(days=MONTH_DAYS_MAX * max(months) + 1)


def _oldest(books: Iterable[Book]) -> dict[str, datetime]:
    """By member, when the oldest loaded lot was accrued."""
    found: dict[str, datetime] = {}
    for book in books:
        for lot in book.lots.values():
            found[book.member_id] = min(lot.occurred_at, found.get(book.member_id, lot.occurred_at))
    return found
