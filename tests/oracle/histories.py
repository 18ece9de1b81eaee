"""Generated histories of one member: the same seed, the same history.

They gather on the edges where rules change their mind: month ends, `a + n months` exactly and one
microsecond beside it, several facts of one instant, returns at (and dated before) their purchase,
purchases from before enrolment, amounts next to a threshold. One recipe serves both a seeded
random source and hypothesis; what differs is who chooses.
"""

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Protocol, TypeVar
from uuid import UUID

from hypothesis import strategies as st

from tests.oracle.facts import History, Line, Purchase, Return, kept_units
from tests.oracle.programme import AllOf, AnyOf, PointKind, Programme, Revision, Span, Test
from tests.oracle.wall_time import INSTANT, period_start, plus

PURCHASES_MAX = 8
RETURNS_MAX = 4
REFUNDS_MAX = 3
LINES_MAX = 3
T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[int]], int]


class Chooser(Protocol):
    def number(self, low: int, high: int) -> int: ...


class Seeded:
    """Chooses by a seed."""

    def __init__(self, seed: object) -> None:
        self.random = random.Random(str(seed))

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)


@dataclass(frozen=True)
class Drawn:
    """Chooses by hypothesis, which can shrink what it chose."""

    draw: Draw

    def number(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))


@dataclass(frozen=True)
class Frame:
    """Where a history lies: facts in [begin, end]; claims reach `claim_days` before enrolment."""

    begin: datetime = datetime(2025, 1, 15, tzinfo=UTC)
    end: datetime = datetime(2026, 2, 20, tzinfo=UTC)
    claim_days: int = 89


def pick(chooser: Chooser, options: Sequence[T]) -> T:
    return options[chooser.number(0, len(options) - 1)]


def fact_id(kind: str, source_ref: str, at: datetime) -> str:
    """Sorts by time as text, unique by name: 48 bits of milliseconds, the rest from a hash."""
    milliseconds = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    digest = hashlib.sha256(f"oracle\0{source_ref}\0{kind}".encode()).digest()
    bits = int.from_bytes(milliseconds.to_bytes(6, "big") + digest[:10], "big")
    bits = bits & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62
    return str(UUID(int=bits))


def thresholds(test: Test) -> list[int]:
    if isinstance(test, AllOf | AnyOf):
        return [n for each in test.of for n in thresholds(each)]
    return [test.at_least * (1 if test.metric == "spend" else 100)]


class Recipe:
    """Makes one history by asking `chooser` at every turn."""

    def __init__(self, chooser: Chooser, programme: Programme, frame: Frame) -> None:
        self.chooser, self.programme, self.frame = chooser, programme, frame
        self.instants: list[datetime] = []
        self.crowded_days = pick(chooser, (400, 150, 50))
        self.cheaper_by = pick(chooser, (1, 1, 3, 20))
        self.prices = sorted({n for rung in programme.rungs for n in thresholds(rung.test)})

    def instant(self) -> datetime:
        """Often an edge of what is there already; clamped into the frame."""
        ways = (self.somewhere, self.somewhere, self.month_start, self.again, self.months_later)
        at = pick(self.chooser, ways)()
        at += INSTANT * pick(self.chooser, (0, 0, 0, 0, 1, -1))
        at = min(max(at, self.frame.begin), self.frame.end)
        self.instants.append(at)
        return at

    def somewhere(self) -> datetime:
        whole = self.frame.end - self.frame.begin
        minutes = min(whole, timedelta(days=self.crowded_days)) // timedelta(minutes=1)
        return self.frame.begin + timedelta(minutes=self.chooser.number(0, minutes))

    def month_start(self) -> datetime:
        return period_start(self.somewhere(), "month", self.programme.zone)

    def again(self) -> datetime:
        return pick(self.chooser, self.instants) if self.instants else self.somewhere()

    def months_later(self) -> datetime:
        months = pick(self.chooser, (1, 2, 3, 12))
        return plus(self.again(), Span(months), self.programme.zone)

    def net_minor(self) -> int:
        price = pick(self.chooser, self.prices)
        near = (price, price - 1, price + 1, price // 2, price // 3 + 1)
        return pick(self.chooser, (*near, self.chooser.number(0, 30_000))) // self.cheaper_by

    def purchase(self, ref: str) -> Purchase:
        at = self.instant()
        lines = tuple(
            Line(f"L{n}", self.net_minor(), pick(self.chooser, (1, 1, 2, 3, 7)))
            for n in range(1, self.chooser.number(1, LINES_MAX) + 1)
        )
        return Purchase(fact_id("purchase", ref, at), at, lines)

    def a_return(self, ref: str, of: Purchase, left: dict[str, int]) -> Return | None:
        """Some of the units that are left; None where nothing is."""
        ways = (lambda: of.occurred_at, self.instant, self.instant, self.months_later)
        at = min(max(pick(self.chooser, ways)(), self.frame.begin), self.frame.end)
        units = []
        for line_id, n in left.items():
            taken = pick(self.chooser, (n, n, self.chooser.number(0, n)))
            if taken:
                units.append((line_id, taken))
        if not units:
            return None
        return Return(fact_id("return", ref, at), of.fact_id, at, tuple(units))

    def a_void(self, ref: str, of: Purchase, left: dict[str, int]) -> Return | None:
        """All that is left, at the purchase's own instant; None where nothing is."""
        units = tuple((line_id, n) for line_id, n in left.items() if n)
        if not units:
            return None
        return Return(fact_id("void", ref, of.occurred_at), of.fact_id, of.occurred_at, units)

    def a_refund(self, ref: str, history: History, of: Purchase) -> Return | None:
        """Money of one line; so little that it is there whatever was told before, or after, it."""
        at = self.instant()
        line = pick(self.chooser, of.lines)
        back = history.returns_of(of)
        kept = kept_units(of, back)[line.line_id]
        gone = sum(n for each in back for line_id, n in each.refunds if line_id == line.line_id)
        left = line.net_minor * kept // line.units - gone
        if left < 1:
            return None
        money = pick(self.chooser, (left, left, self.chooser.number(1, left)))
        refunds = ((line.line_id, money),)
        return Return(fact_id("return", ref, at), of.fact_id, at, (), refunds)

    def enrolled_at(self, purchases: Sequence[Purchase]) -> datetime:
        """Before all, or after some that are claimed; never so late that a claim is refused."""
        first = min([p.occurred_at for p in purchases], default=self.frame.begin)
        latest = min(first + timedelta(days=self.frame.claim_days), self.frame.end)
        inside = [each for each in self.instants if first <= each <= latest] or [first]
        return pick(self.chooser, (first - timedelta(days=30), first, pick(self.chooser, inside)))

    def revision(self) -> Revision | None:
        """Another version from one of the history's instants on; sometimes there is none."""
        if self.chooser.number(0, 3) == 0:
            return None
        factors = (Fraction(1, 2), Fraction(1), Fraction(3, 2))
        kinds = [
            replace(kind, rate=kind.rate * pick(self.chooser, factors))
            for kind in self.programme.points
        ]
        if self.chooser.number(0, 1):
            kinds.append(PointKind("stars", Fraction(2), None))
        return Revision(self.again(), tuple(kinds))

    def history(self, name: str) -> History:
        count = self.chooser.number(1, PURCHASES_MAX)
        purchases = [self.purchase(f"{name}-p{n}") for n in range(count)]
        history = History(self.enrolled_at(purchases), tuple(purchases))
        for n in range(self.chooser.number(0, RETURNS_MAX)):
            of = pick(self.chooser, purchases)
            left = kept_units(of, history.returns_of(of))
            back = self.a_return(f"{name}-r{n}", of, left)
            if back:
                history = replace(history, returns=(*history.returns, back))
        return history

    def with_refunds(self, name: str, history: History) -> History:
        """The history with money back for what is kept, and with voids."""
        for n in range(self.chooser.number(0, REFUNDS_MAX)):
            of = pick(self.chooser, history.purchases)
            refund = self.a_refund(f"{name}-m{n}", history, of)
            if refund:
                history = replace(history, returns=(*history.returns, refund))
        if self.chooser.number(0, 2) == 0:
            of = pick(self.chooser, history.purchases)
            void = self.a_void(of.fact_id, of, kept_units(of, history.returns_of(of)))
            if void and not any(each.refunds for each in history.returns_of(of)):
                history = replace(history, returns=(*history.returns, void))
        return history


def seeded(seed: object, programme: Programme, frame: Frame | None = None) -> History:
    return Recipe(Seeded(seed), programme, frame or Frame()).history(str(seed))


def seeded_with_refunds(seed: object, programme: Programme, frame: Frame | None = None) -> History:
    """As `seeded`, with refunds of value and voids besides."""
    recipe = Recipe(Seeded(seed), programme, frame or Frame())
    return recipe.with_refunds(str(seed), recipe.history(str(seed)))


@st.composite
def histories(draw: st.DrawFn, programme: Programme) -> History:
    """Strategy: one history of a programme."""
    return Recipe(Drawn(draw), programme, Frame()).history("h")


Fact = Purchase | Return


@dataclass(frozen=True)
class Dealt:
    """One order of arrival: None stands for the enrolment. Duplicates and splits included."""

    batches: tuple[tuple[Fact | None, ...], ...]


def deal(seed: object, history: History, now: datetime, claim_days: int = 89) -> Dealt:
    """The history shuffled, some of it twice, in batches of random size.

    The enrolment may come after facts that can still be claimed at `now`, never after older ones.
    """
    source = random.Random(f"deal {seed}")
    order: list[Fact | None] = [None, *history.purchases, *history.returns]
    order += source.sample(order, source.randint(0, len(order)))
    source.shuffle(order)
    oldest = now - timedelta(days=claim_days)
    too_old = [n for n, f in enumerate(order) if isinstance(f, Purchase) and f.occurred_at < oldest]
    if too_old and too_old[0] < order.index(None):
        order.insert(too_old[0], None)
    batches = []
    while order:
        size = source.randint(1, len(order))
        batches.append(tuple(order[:size]))
        order = order[size:]
    return Dealt(tuple(batches))
