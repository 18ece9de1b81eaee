"""A purchase comes in: which version and tier rate it, and what that brings (P5, P6)."""

from collections.abc import Sequence
from typing import NamedTuple

from contracts.events.points import PointsAccrued, PointsReversed
from contracts.events.purchases import PurchaseRecorded
from contracts.ids import EventId, FactId, MemberId, PointType
from points_svc.domain import worth
from points_svc.domain.basis import AccrualBasis, Line, Rate, packed
from points_svc.domain.books import Book, Books
from points_svc.domain.compensation import bring, open_lot
from points_svc.domain.rules import PointRule, RuleBook
from points_svc.domain.targets import Change, Posted, Purchased, Returned, changes
from points_svc.domain.tiers import Told


class Terms(NamedTuple):
    """What a batch is rated by: the published versions, and what becomes of a shortfall."""

    rules: RuleBook
    shortfall: str


def purchased(purchase: PurchaseRecorded, told: Told | None, rules: RuleBook) -> Purchased:
    """The purchase as the ledger keeps it. A line never takes points away: a net below zero counts
    as zero.
    """
    version = rules.in_force(purchase.occurred_at)
    names = {line.line_id for line in purchase.lines}
    assert len(names) == len(purchase.lines), "a purchase names each of its lines once"
    is_before = purchase.occurred_at < purchase.enrolled_at
    basis = AccrualBasis(
        lines=tuple(
            Line(line.line_id, line.quantity, max(0, line.net_minor)) for line in purchase.lines
        ),
        rate=rate(told, is_before, version.base_tier),
        is_before_enrolment=is_before,
        currency=purchase.currency,
    )
    return Purchased(purchase.member_id, purchase.fact_id, purchase.occurred_at, basis, version)


def rate(told: Told | None, is_before_enrolment: bool, base_tier: str) -> Rate:
    """The tier that rates a purchase: the one told for just before it; the base tier before
    enrolment or untold (P6).
    """
    if told is None or is_before_enrolment:
        return Rate(base_tier)
    return Rate(told.tier, told.from_at, told.seq)


def accrue(books: Books, purchase: Purchased, returns: Sequence[Returned], terms: Terms) -> None:
    """Post what a purchase is worth in every point type of its version, and what its waiting
    returns take back.
    """
    basis = packed(purchase.basis)
    for rule in purchase.rules.points:
        _accrue(books, purchase, rule, returns, terms, basis)


def accrue_type(
    books: Books, purchase: Purchased, rule: PointRule, returns: Sequence[Returned], terms: Terms
) -> None:
    """Post what a purchase is worth in one point type alone: the others have been posted before."""
    _accrue(books, purchase, rule, returns, terms, packed(purchase.basis))


def _accrue(
    books: Books,
    purchase: Purchased,
    rule: PointRule,
    returns: Sequence[Returned],
    terms: Terms,
    basis: bytes,
) -> None:
    book, used = books.of(purchase.member_id, rule.point_type), purchase.basis.rate
    points = worth.points_as_bought(purchase.basis, purchase.per_minor(rule, used))
    open_lot(book, purchase, rule, points, basis)
    _say_accrued(book, purchase, used, points, 1)
    posted = {(purchase.fact_id, rule.point_type): Posted(points, 1)}
    found = changes(purchase, rule, used, returns, posted) if returns else []
    compensate(book, purchase, used, found, terms)


def compensate(
    book: Book, purchase: Purchased, used: Rate, found: Sequence[Change], terms: Terms
) -> None:
    """Bring a purchase's facts to their targets, and say each new total."""
    bring(book, purchase, found, terms.shortfall)
    for change in found:
        if change.is_reversal:
            _say_reversed(book, purchase, change)
        else:
            _say_accrued(book, purchase, used, change.target, change.revision)


def _say_accrued(book: Book, purchase: Purchased, used: Rate, points: int, revision: int) -> None:
    book.say(
        PointsAccrued(
            event_id=_event_id(purchase.fact_id, book.point_type, revision),
            member_id=MemberId(book.member_id),
            occurred_at=purchase.occurred_at,
            recorded_at=book.now,
            version=str(purchase.rules.version),
            point_type=PointType(book.point_type),
            points=points,
            fact_id=FactId(purchase.fact_id),
            revision=revision,
            tier=used.tier,
        )
    )


def _say_reversed(book: Book, purchase: Purchased, change: Change) -> None:
    book.say(
        PointsReversed(
            event_id=_event_id(change.fact_id, book.point_type, change.revision),
            member_id=MemberId(book.member_id),
            occurred_at=change.occurred_at,
            recorded_at=book.now,
            version=str(purchase.rules.version),
            point_type=PointType(book.point_type),
            points=change.target,
            fact_id=FactId(change.fact_id),
            purchase_fact_id=FactId(purchase.fact_id),
            revision=change.revision,
        )
    )


def _event_id(fact_id: str, point_type: str, revision: int) -> EventId:
    return EventId(f"{fact_id}.{point_type}.{revision}")
