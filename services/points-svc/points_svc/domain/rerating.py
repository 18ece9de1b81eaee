"""A purchase that was accrued before is rated again: a return came, its tier reads differently, or
another version turned out to be in force when it occurred (P6, P7, E4).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from points_svc.domain.accrual import Terms, accrue_type, compensate
from points_svc.domain.basis import Rate
from points_svc.domain.books import Books
from points_svc.domain.facts import Purchased, Returned
from points_svc.domain.standings import Standing
from points_svc.domain.targets import Change, Posted, changes


class Accrued(NamedTuple):
    """A purchase in a point type, and the version that posted its accrual (None: nobody has yet).
    The purchase itself bears the version that was in force when it occurred.
    """

    point_type: str
    purchase: Purchased
    posted_by: int | None


class Due(NamedTuple):
    """What has to be posted for one purchase and point type, rated with the tier `used`."""

    purchase: Purchased
    point_type: str
    used: Rate
    returns: Sequence[Returned]
    changes: Sequence[Change]

    @classmethod
    def of(
        cls,
        purchase: Purchased,
        point_type: str,
        standing: Standing,
        returns: Sequence[Returned],
        posted: Mapping[tuple[str, str], Posted],
    ) -> "Due":
        """By what is known of the member, what came back, and what the facts stand at."""
        used = standing.rate(purchase)
        rule = purchase.rule_of(point_type)
        found = changes(purchase, rule, used, returns, posted)
        return cls(purchase, point_type, used, returns, found)

    @property
    def is_first(self) -> bool:
        """Whether the purchase has never been posted in this point type."""
        return any(change.kind == "accrual" for change in self.changes)


def outdated(accrued: Sequence[Accrued]) -> list[Accrued]:
    """Of all accruals of some purchases, those that another version posted than was in force; and
    for each of these purchases the point types that its version has and nobody posted (E4).
    """
    stale = [one for one in accrued if one.posted_by != one.purchase.rules.version]
    posted: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in accrued:
        posted[one.purchase.member_id, one.purchase.fact_id].add(one.point_type)
    purchases = {(one.purchase.member_id, one.purchase.fact_id): one.purchase for one in stale}
    missing = [
        Accrued(rule.point_type, purchase.without_allowances(), None)
        for key, purchase in purchases.items()
        for rule in purchase.brings()
        if rule.point_type not in posted[key]
    ]
    return stale + missing


def is_short(books: Books, due: Due) -> bool:
    """Whether other lots than the purchase's own have to be looked at: it does not hold what is
    taken back, or something of the account may have ended.
    """
    book = books.of(due.purchase.member_id, due.point_type)
    taken = -sum(change.gives for change in due.changes)
    has_ended = book.due_at is not None and book.due_at <= book.now
    return has_ended or (taken > 0 and taken > book.lots[due.purchase.fact_id].remaining)


def bring_to_target(books: Books, due: Due, terms: Terms) -> None:
    """Post the difference and say the new totals."""
    purchase = due.purchase
    if due.is_first:
        rated = purchase._replace(basis=replace(purchase.basis, rate=due.used))
        accrue_type(books, rated, purchase.rule_of(due.point_type), due.returns, terms)
    else:
        book = books.of(purchase.member_id, due.point_type)
        compensate(book, purchase, due.used, due.changes, terms)


def is_rated_alike(one: Accrued, before: Standing, after: Standing) -> bool:
    """Whether two readings of what is known of a member surely rate a purchase alike: no rule of
    its version and point type tells them apart.
    """
    purchase = one.purchase
    sets = purchase.rule_of(one.point_type).sets
    was, now = before.rate(purchase), after.rate(purchase)
    return (
        was.segments == now.segments
        and was.is_first == now.is_first
        and not (
            was.tier != now.tier and any(rules.tells_apart(was.tier, now.tier) for rules in sets)
        )
    )
