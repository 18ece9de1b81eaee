"""Generated histories of one member, and what must hold of a ledger at every moment."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from contracts.events.purchases import PurchaseRecorded
from contracts.events.tiers import TierChanged
from points_svc.domain.books import Book
from points_svc.domain.expiry import Expiry
from points_svc.domain.facts import Returned
from points_svc.domain.point_terms import AT_ONCE, Availability, PointTerms
from points_svc.domain.postings import NO_HEAD, chained
from points_svc.domain.rules import RuleBook, plain_rule
from points_testing.ledger import (
    BY_TIER,
    GROWTH,
    Ledger,
    purchase,
    returned,
    rules_of,
    told,
)
from points_testing.naming import Named, named

START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = START + timedelta(days=40)
SHORT = rules_of(plain_rule("points", Fraction(1), Expiry("days", 20), True, BY_TIER), GROWTH)
TIERS = sorted(BY_TIER)


def lasting(expiry: Expiry, availability: Availability = AT_ONCE, **terms: Any) -> RuleBook:
    """As SHORT, with other terms for `points`."""
    plain = plain_rule("points", Fraction(1), expiry, True, BY_TIER)
    return rules_of(replace(plain, terms=PointTerms(availability, **terms)), GROWTH)


WINDOW = lasting(Expiry("days", 20), availability=Availability(6))
LATE = lasting(Expiry("days", 7), availability=Availability(9))
DELIVERED = lasting(Expiry("days", 20), availability=Availability(12, "delivered"))
CLAIMED = lasting(Expiry("days", 20), availability=Availability(8, "delivered", "forfeit"))
FOREVER = lasting(Expiry("never"), availability=Availability(10, "delivered", "forfeit"))
AWAY = lasting(Expiry("never"), inactivity_months=1)
AWAY_SHORT = lasting(Expiry("days", 45), Availability(6), inactivity_months=1)
AWAY_CLAIMED = lasting(
    Expiry("days", 50), Availability(8, "delivered", "forfeit"), inactivity_months=1
)
FORMS = {
    "at once": SHORT,
    "after a window": WINDOW,
    "ended before they are available": LATE,
    "once delivered": DELIVERED,
    "forfeit unless delivered": CLAIMED,
    "forfeit, else for ever": FOREVER,
    "until away for a month": AWAY,
    "after a window, until away for a month": AWAY_SHORT,
    "forfeit unless delivered, until away for a month": AWAY_CLAIMED,
}
"""Terms of `points` in every form of availability, lots that end and lots that never do."""


def at(tick: int) -> datetime:
    """Ticks of eight hours: several facts share an instant, and half of the lots are over by
    now.
    """
    return START + timedelta(hours=8 * tick)


TICKS = st.integers(0, 119)


@dataclass(frozen=True)
class History:
    """Purchases, their returns (never more than was bought), and tier changes revised in
    sequence.
    """

    facts: tuple[PurchaseRecorded | Returned | TierChanged | Named, ...]


@st.composite
def histories(draw: st.DrawFn) -> History:
    bought = []
    for n in range(draw(st.integers(1, 4))):
        nets = draw(st.lists(st.integers(0, 30_000), min_size=1, max_size=3))
        units = draw(st.integers(1, 3))
        enrolled = at(draw(st.sampled_from([0, 0, 60])))
        amounts = [f"{net // 100}.{net % 100:02d}" for net in nets]
        bought.append(
            purchase(f"p{n}", at(draw(TICKS)), *amounts, units=units, enrolled_at=enrolled)
        )
    backs = []
    for one in bought:
        left = {line.line_id: line.quantity for line in one.lines}
        for n in range(draw(st.integers(0, 3))):
            line_id = draw(st.sampled_from(sorted(left)))
            if not left[line_id]:
                continue
            quantity = draw(st.integers(1, left[line_id]))
            left[line_id] -= quantity
            backs.append(
                returned(one, f"{one.source_ref}r{n}", at(draw(TICKS)), (line_id, quantity))
            )
    changes = []
    for seq in range(1, draw(st.integers(0, 3)) + 1):
        starts = draw(st.lists(TICKS, min_size=1, max_size=3, unique=True))
        steps = [(at(tick), draw(st.sampled_from(TIERS))) for tick in sorted(starts)]
        changes.append(told(seq, *steps))
    deliveries = []
    for one in bought:
        moments = draw(st.lists(TICKS, max_size=2))
        deliveries += [named(one, at(tick), n=n) for n, tick in enumerate(moments)]
    return History((*bought, *backs, *changes, *deliveries))


def hear(ledger: Ledger, fact: object) -> None:
    if isinstance(fact, PurchaseRecorded):
        ledger.hear_purchase(fact)
    elif isinstance(fact, Returned):
        ledger.hear_return(fact)
    elif isinstance(fact, TierChanged):
        ledger.hear_tier(fact)
    elif isinstance(fact, Named):
        ledger.hear_named(fact)


def rated(ledger: Ledger) -> dict[tuple[str, str], int]:
    return {key: posted.points for key, posted in ledger.posted().items()}


def settled(ledger: Ledger, point_type: str) -> int:
    sums = ledger.sums(point_type)
    plus = sums["available"] + sums["held"] + sums["pending"] + sums["expired"]
    return plus - sums["deficit"] - sums["forgiven"]


WAYS = {
    ("adjustment", "available"): 1,
    ("available", "adjustment"): -1,
    ("transfer", "available"): 1,
    ("available", "transfer"): -1,
    ("burn", "available"): 1,
    ("available", "burn"): -1,
    ("held", "burn"): -1,
}


def came_in(ledger: Ledger) -> int:
    """Accruals less reversals, less burns, plus cancels, adjustments and transfers."""
    came = sum(
        posted.points * (-1 if fact_id in ledger.returns else 1)
        for (fact_id, point_type), posted in ledger.posted().items()
        if point_type == "points"
    )
    moved = (p for p in ledger.book().postings if p.kind != "shortfall")
    return came + sum(p.points * WAYS.get((p.debit, p.credit), 0) for p in moved)


def demand_sound(book: Book) -> None:
    """Lots fold to what is stored, the chain is unbroken, nothing is below zero or both owed and
    had.
    """
    waiting = sum(lot.remaining for lot in book.lots.values() if lot.is_pending)
    assert sum(lot.remaining for lot in book.lots.values()) == book.available + waiting
    assert waiting == book.balance["pending"]
    assert all(lot.remaining >= 0 and lot.expired >= 0 for lot in book.lots.values())
    assert min(book.balance.values()) >= 0
    assert not (book.available and book.deficit)
    drawn = Counter[str]()
    for draw in book.draws:
        drawn[draw.lot_id] += draw.points
    for lot in book.lots.values():
        assert lot.granted - drawn[lot.lot_id] == lot.remaining
    head = NO_HEAD
    for seq, posting in enumerate(book.postings, 1):
        assert posting.seq == seq
        assert posting.hash == chained(head, tuple(posting)[:-1])
        head = posting.hash
    assert len({(p.fact_id, p.part) for p in book.postings}) == len(book.postings)
    assert len({(d.lot_id, d.fact_id, d.part) for d in book.draws}) == len(book.draws)
