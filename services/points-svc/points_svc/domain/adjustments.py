"""Adjustments: by hand, with actor and reason (P14)."""

from dataclasses import dataclass

from contracts.events.points import PointsAdjusted
from contracts.quantities import BALANCE_MAX
from points_svc.domain.basis import DecisionBasis, packed
from points_svc.domain.books import Book, said
from points_svc.domain.lots import draw
from points_svc.domain.moments import moment_id
from points_svc.domain.postings import ADJUSTMENT, AVAILABLE, Movement, Posting
from points_svc.domain.refusals import BalanceTooLarge, PointsInsufficient
from points_svc.domain.rules import Rules
from points_svc.domain.settling import pay_deficit


@dataclass(frozen=True)
class AdjustmentAsk:
    """What someone asks to give (or, below zero, to take), and why. `reason` is for people,
    `reason_code` is what is said to everyone.
    """

    member_id: str
    point_type: str
    points: int
    reason: str
    reason_code: str
    source: str


def adjust(book: Book, ask: AdjustmentAsk, rules: Rules, basis: DecisionBasis) -> Posting:
    """Give or take points by hand, now.

    What is given is a lot of its own that lasts as an accrual of today would, and pays a deficit
    first. What is taken leaves the lots in burn order and never makes a deficit. Refusals:
    PointsInsufficient, BalanceTooLarge.
    """
    fact_id = moment_id(book.now, "adjustment", book.member_id, book.point_type, str(book.seq + 1))
    if ask.points < 0:
        posting = _take(book, -ask.points, fact_id, basis)
    else:
        posting = _give(book, ask.points, fact_id, rules, basis)
    book.say(
        PointsAdjusted(
            **said(book, posting.posting_id, book.now),
            points=ask.points,
            adjustment_id=posting.fact_id,
            actor=basis.actor,
            reason=ask.reason_code,
        )
    )
    return posting


def _give(book: Book, points: int, fact_id: str, rules: Rules, basis: DecisionBasis) -> Posting:
    if sum(book.balance.values()) + points > BALANCE_MAX:
        raise BalanceTooLarge
    rule = rules.of(book.point_type)
    assert rule is not None, "only a burnable point type of the version in force is adjusted"
    posting = book.post(
        Movement(
            "adjustment",
            ADJUSTMENT,
            AVAILABLE,
            points,
            fact_id,
            book.now,
            rules.version,
            0,
            book.now,
            rule.expiry.ends(book.now, rules.zone),
            packed(basis),
        )
    )
    pay_deficit(book, [fact_id], fact_id)
    return posting


def _take(book: Book, points: int, fact_id: str, basis: DecisionBasis) -> Posting:
    if points > book.available:
        raise PointsInsufficient(asked=points, available=book.available)
    portions = draw(book.lots.values(), points, book.now)
    return book.post(
        Movement(
            "adjustment", AVAILABLE, ADJUSTMENT, points, fact_id, book.now, basis=packed(basis)
        ),
        portions,
    )
