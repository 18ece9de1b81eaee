"""A purchase comes in: which version and tier rate it, and what that brings (P5, P6)."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from contracts.events.points import PointsAccrued, PointsReversed
from contracts.events.purchases import ActivityRecorded, PurchaseLine, PurchaseRecorded
from contracts.ids import EventId, FactId, MemberId, PointType
from points_svc.domain import worth
from points_svc.domain.allowances import Left, decide
from points_svc.domain.basis import PACKED_SHARED, AccrualBasis, Line, Rate, packed
from points_svc.domain.books import Book, Books
from points_svc.domain.compensation import bring, open_lot, settle_lot
from points_svc.domain.facts import Purchased, Returned
from points_svc.domain.maximum import within_maximum
from points_svc.domain.rules import PointRule, RuleBook
from points_svc.domain.scenes import Around
from points_svc.domain.standings import NOBODY, Standing
from points_svc.domain.targets import Change, Posted, changes
from points_svc.domain.tiers import Told


class Terms(NamedTuple):
    """What a batch is rated by: the published versions, and what becomes of a shortfall. `left` is
    what budgets and caps leave, where facts are recorded under any.
    """

    rules: RuleBook
    shortfall: str
    left: Left | None = None


def purchased(
    purchase: PurchaseRecorded, told: Told | None, rules: RuleBook, standing: Standing = NOBODY
) -> Purchased:
    """The purchase as the ledger keeps it. A line never takes points away: a net below zero counts
    as zero. The tier that was `told` for just before it rates it.
    """
    version = rules.in_force(purchase.occurred_at)
    names = {line.line_id for line in purchase.lines}
    assert len(names) == len(purchase.lines), "a purchase names each of its lines once"
    is_before = purchase.occurred_at < purchase.enrolled_at
    key = (purchase.occurred_at, purchase.fact_id)
    basis = AccrualBasis(
        tuple([_line(line) for line in purchase.lines]),
        standing.rated(told, key, version, is_before),
        is_before,
        purchase.currency,
        purchase.store_id,
        purchase.source,
        tuple([payment.kind for payment in purchase.payments]),
        purchase.attributes,
        purchase.occasions,
    )
    return Purchased(purchase.member_id, purchase.fact_id, purchase.occurred_at, basis, version)


def performed(activity: ActivityRecorded, standing: Standing, rules: RuleBook) -> Purchased:
    """The activity as the ledger keeps it."""
    version = rules.in_force(activity.occurred_at)
    basis = AccrualBasis(
        lines=(),
        is_before_enrolment=activity.occurred_at < activity.enrolled_at,
        source=activity.source,
        attributes=activity.attributes,
        occasions=activity.occasions,
        activity=activity.kind,
    )
    done = Purchased(activity.member_id, activity.fact_id, activity.occurred_at, basis, version)
    return done._replace(basis=replace(basis, rate=standing.rate(done)))


def _line(line: PurchaseLine) -> Line:
    net = max(0, line.net_minor)
    return Line(
        line.line_id,
        line.quantity,
        net,
        line.sku,
        line.category,
        line.brand or "",
        max(0, line.amount_minor - net),
    )


def accrue(books: Books, purchase: Purchased, returns: Sequence[Returned], terms: Terms) -> None:
    """Post what a purchase or activity is worth in every point type that it brings, within what
    budgets and caps leave, and what its waiting returns take back. The first posting carries the
    facts, the others share them.
    """
    around, facts = purchase.around(purchase.basis.rate), purchase.basis
    carried: AccrualBasis | None = facts
    for rule in purchase.brings():
        if terms.left is not None and rule.is_limited:
            _decide(books, purchase, rule, returns, terms, (carried, around))
        else:
            points = worth.points_as_bought(purchase, rule, around)
            basis = packed(facts) if carried else PACKED_SHARED
            _accrue(books, purchase, rule, returns, terms, (basis, points))
        if not around.activity:
            carried = None


def _decide(
    books: Books,
    purchase: Purchased,
    rule: PointRule,
    returns: Sequence[Returned],
    terms: Terms,
    carried: tuple[AccrualBasis | None, Around],
) -> None:
    """Decide what a fact is allowed of a point type, and post that; `carried` are the facts where
    this posting carries them, and what holds for the whole fact.
    """
    assert terms.left is not None, "whoever decides has read what is left"
    facts, around = carried
    book = books.of(purchase.member_id, rule.point_type)
    points, allowed = within_maximum(book, rule, *decide(purchase, rule, around, terms.left))
    within = purchase
    if allowed:
        within = purchase._replace(basis=replace(purchase.basis, allowed=allowed))
    if facts is not None:
        basis = packed(within.basis)
    else:
        basis = packed(AccrualBasis(None, allowed=allowed)) if allowed else PACKED_SHARED
    _accrue(books, within, rule, returns, terms, (basis, points))


def accrue_type(
    books: Books, purchase: Purchased, rule: PointRule, returns: Sequence[Returned], terms: Terms
) -> None:
    """Post what a purchase is worth in one point type alone: the others have been posted before.
    No campaign gives it anything any more.
    """
    used = purchase.basis.rate
    points = worth.points_as_bought(purchase, rule, purchase.around(used))
    basis = packed(AccrualBasis(None, used))
    _accrue(books, purchase, rule, returns, terms, (basis, points))


def _accrue(
    books: Books,
    purchase: Purchased,
    rule: PointRule,
    returns: Sequence[Returned],
    terms: Terms,
    carried: tuple[bytes, int],
) -> None:
    """Post one point type; `carried` is the posting's basis, and what the fact is given."""
    basis, points = carried
    book, used = books.of(purchase.member_id, rule.point_type), purchase.basis.rate
    open_lot(book, purchase, rule, points, basis)
    _say_accrued(book, purchase, used, points, 1)
    if returns:
        posted = {(purchase.fact_id, rule.point_type): Posted(points, 1)}
        compensate(book, purchase, used, changes(purchase, rule, used, returns, posted), terms)
    else:
        settle_lot(book, purchase.fact_id)


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
