"""A purchase that was accrued before is rated again: a return came, or its tier reads differently
(P6, P7).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from points_svc.domain.accrual import Terms, compensate, rate
from points_svc.domain.basis import Rate
from points_svc.domain.books import Books
from points_svc.domain.targets import Change, Posted, Purchased, Returned, changes
from points_svc.domain.tiers import Timeline, rating_tier


class Due(NamedTuple):
    """What has to be posted for one purchase and point type, rated with the tier `used`."""

    purchase: Purchased
    point_type: str
    used: Rate
    changes: Sequence[Change]

    @classmethod
    def of(
        cls,
        purchase: Purchased,
        point_type: str,
        ladders: Mapping[str, Timeline],
        returns: Sequence[Returned],
        posted: Mapping[tuple[str, str], Posted],
    ) -> "Due":
        """By what the member was told, what came back, and what the facts stand at."""
        told = rating_tier(ladders, purchase.occurred_at)
        used = rate(told, purchase.basis.is_before_enrolment, purchase.rules.base_tier)
        rule = purchase.rules.of(point_type)
        assert rule is not None, "a version that accrued a point type has a rule for it"
        return cls(purchase, point_type, used, changes(purchase, rule, used, returns, posted))


def is_short(books: Books, due: Due) -> bool:
    """Whether other lots than the purchase's own have to be looked at: it does not hold what is
    taken back, or something of the account may have ended.
    """
    book = books.of(due.purchase.member_id, due.point_type)
    taken = -sum(change.gives for change in due.changes)
    has_ended = book.due_at is not None and book.due_at <= book.now
    return has_ended or taken > book.lots[due.purchase.fact_id].remaining


def bring_to_target(books: Books, due: Due, terms: Terms) -> None:
    """Post the difference and say the new totals."""
    book = books.of(due.purchase.member_id, due.point_type)
    compensate(book, due.purchase, due.used, due.changes, terms)


def is_rated_alike(
    purchase: Purchased,
    point_type: str,
    before: Mapping[str, Timeline],
    after: Mapping[str, Timeline],
) -> bool:
    """Whether two readings of a member's timelines rate a purchase with the same multiplier."""
    rule = purchase.rules.of(point_type)
    assert rule is not None, "a version that accrued a point type has a rule for it"
    is_before, base = purchase.basis.is_before_enrolment, purchase.rules.base_tier
    was, now = (
        rate(rating_tier(ladders, purchase.occurred_at), is_before, base).tier
        for ladders in (before, after)
    )
    return rule.multiplier(was) == rule.multiplier(now)
