"""A household's points under `grocer`, recomputed from the raw facts in plain Python: a point a
dollar of what was kept, times the tier's multiplier, for twelve months. Nothing of it is the
service's.
"""

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from math import floor
from typing import NamedTuple
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
MULTIPLIERS = {
    "bronze": Fraction(1),
    "silver": Fraction(5, 4),
    "gold": Fraction(3, 2),
    "platinum": Fraction(2),
}


def a_year_after(at: datetime) -> datetime:
    """The same wall time twelve months later."""
    local = at.astimezone(ZONE)
    last = monthrange(local.year + 1, local.month)[1]
    later = local.replace(year=local.year + 1, day=min(local.day, last), fold=0)
    return later.astimezone(UTC)


def month_of(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m}"


class Moved(NamedTuple):
    """What a movement changed: when it took effect, when it was known, and how much."""

    effect_at: datetime
    known_at: datetime
    net: int
    held: int


@dataclass(eq=False)
class Lot:
    name: str
    at: datetime
    ends: datetime
    here: int = 0
    lost: int = 0

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        return (self.ends, self.at, self.name)


Parts = list[tuple[Lot, int]]


@dataclass(eq=False)
class Bought:
    """Lines: what each cost net, its units, and how many of them came back, by return."""

    name: str
    at: datetime
    lines: list[tuple[int, int]]
    returns: dict[str, tuple[datetime, int, int]] = field(default_factory=dict)

    def net(self, gone: list[tuple[int, int]]) -> Fraction:
        left = [units for _, units in self.lines]
        for line, units in gone:
            left[line] -= units
        kept = zip(self.lines, left, strict=True)
        return sum((Fraction(net * now, units) for (net, units), now in kept), Fraction(0))


@dataclass(eq=False)
class Held:
    parts: Parts
    until: datetime


class Household:
    """One household's facts and decisions, and what they come to."""

    def __init__(self) -> None:
        self.bought: dict[str, Bought] = {}
        self.early: dict[str, dict[str, tuple[datetime, int, int]]] = {}
        self.told: list[tuple[datetime, str]] = []
        self.lots: dict[str, Lot] = {}
        self.given: dict[str, int] = {}
        self.owed = 0
        self.holds: dict[str, Held] = {}
        self.burns: dict[str, Parts] = {}
        self.months: dict[str, Counter[str]] = {}
        self.moved: list[Moved] = []
        self.now = datetime.min.replace(tzinfo=UTC)

    @property
    def available(self) -> int:
        return sum(lot.here for lot in self.lots.values())

    @property
    def held(self) -> int:
        return sum(points for hold in self.holds.values() for _, points in hold.parts)

    @property
    def stands(self) -> tuple[int, int, int, int]:
        """Available, held, pending, deficit."""
        return (self.available, self.held, 0, self.owed)

    def stood(self, at: datetime, known_at: datetime) -> tuple[int, int, int, int]:
        """The same, of what took effect by then and was known by then."""
        seen = [one for one in self.moved if one.effect_at <= at and one.known_at <= known_at]
        net, held = sum(one.net for one in seen), sum(one.held for one in seen)
        return (max(net, 0), held, 0, max(-net, 0))

    def worth(self, bought: Bought, gone: list[tuple[int, int]]) -> int:
        before = [tier for at, tier in self.told if at < bought.at]
        rate = MULTIPLIERS[before[-1] if before else "bronze"]
        return floor(bought.net(gone) * rate / 100)

    def pass_time(self, now: datetime) -> None:
        """Holds lapse, then lots end, each at its own instant."""
        self.now = now
        over = [name for name, hold in self.holds.items() if hold.until <= now]
        for name in sorted(over, key=lambda one: self.holds[one].until):
            hold = self.holds.pop(name)
            self.put_back(hold.parts, hold.until, of_hold=True)
        for lot in self.lots.values():
            if lot.here and lot.ends <= now:
                self.lose(lot, lot.ends)

    def lose(self, lot: Lot, at: datetime) -> None:
        self.note(at, -lot.here)
        self.count(lot, "expired", lot.here)
        lot.here, lot.lost = 0, lot.lost + lot.here

    def note(self, at: datetime, net: int, held: int = 0) -> None:
        self.moved.append(Moved(at, self.now, net, held))

    def count(self, lot: Lot, where: str, points: int) -> None:
        self.months.setdefault(month_of(lot.ends), Counter())[where] += points

    def draw(self, points: int, where: str, without: Lot | None = None) -> Parts:
        """In burn order; `granted` is less where it is drawn on, all else more."""
        parts, sign = [], -1 if where == "granted" else 1
        for lot in sorted(self.lots.values(), key=lambda one: one.order):
            taken = min(points, lot.here) if lot is not without and lot.ends > self.now else 0
            if taken:
                lot.here -= taken
                points -= taken
                parts.append((lot, taken))
                self.count(lot, where, sign * taken)
        return parts

    def pay(self, lots: list[Lot]) -> None:
        """What came to these lots pays the deficit first."""
        for lot in sorted(lots, key=lambda one: one.order):
            paid = min(lot.here, self.owed)
            lot.here -= paid
            self.owed -= paid
            self.count(lot, "paid", paid)

    def rate(self, name: str) -> None:
        """Bring a purchase and its returns to what they are worth: what gives goes first."""
        bought, lot = self.bought[name], self.lots[name]
        before = self.worth(bought, [])
        changes = [(before - self.given.get(name, 0), bought.at)]
        self.given[name] = before
        gone = []
        for back, (at, line, units) in sorted(
            bought.returns.items(), key=lambda r: (r[1][0], r[0])
        ):
            gone.append((line, units))
            after = self.worth(bought, gone)
            changes.append((self.given.get(back, 0) - (before - after), max(at, bought.at)))
            self.given[back] = before - after
            before = after
        for points, at in [one for one in changes if one[0] > 0]:
            lot.here += points
            self.count(lot, "granted", points)
            self.note(at, points)
        for points, at in [one for one in changes if one[0] < 0]:
            self.take(lot, -points, at)
        self.pay([lot])
        self.pass_time(self.now)

    def take(self, lot: Lot, points: int, at: datetime) -> None:
        own = min(points, lot.here)
        lost = min(points - own, lot.lost)
        lot.here, lot.lost = lot.here - own, lot.lost - lost
        self.count(lot, "granted", -own - lost)
        self.count(lot, "expired", -lost)
        others = self.draw(points - own - lost, "granted", lot)
        self.owed += points - own - lost - sum(part for _, part in others)
        self.note(at, lost - points)

    def put_back(self, parts: Parts, at: datetime, *, of_hold: bool) -> None:
        back = sum(part for _, part in parts)
        self.note(at, back, -back if of_hold else 0)
        for lot, part in parts:
            lot.here += part
            self.count(lot, "held" if of_hold else "burned", -part)
        self.pay([lot for lot, _ in parts])
        for lot, _ in parts:
            if lot.here and lot.ends <= self.now:
                self.lose(lot, max(lot.ends, at))

    # What is heard and decided; `pass_time` goes first.

    def buy(self, name: str, at: datetime, lines: list[tuple[int, int]]) -> None:
        self.bought[name] = Bought(name, at, lines, self.early.pop(name, {}))
        self.lots[name] = Lot(name, at, a_year_after(at))
        self.rate(name)

    def tell(self, steps: list[tuple[datetime, str]]) -> None:
        self.told += steps
        for bought in sorted(self.bought.values(), key=lambda one: (one.at, one.name)):
            self.rate(bought.name)

    def bring_back(self, name: str, of: str, at: datetime, line: int, units: int) -> None:
        if of in self.bought:
            self.bought[of].returns[name] = (at, line, units)
            self.rate(of)
        else:
            self.early.setdefault(of, {})[name] = (at, line, units)

    def burn(self, name: str, points: int) -> None:
        self.burns[name] = self.draw(points, "burned")
        self.note(self.now, -points)

    def hold(self, name: str, points: int, until: datetime) -> None:
        self.holds[name] = Held(self.draw(points, "held"), until)
        self.note(self.now, -points, points)

    def capture(self, name: str) -> None:
        parts = self.holds.pop(name).parts
        for lot, part in parts:
            self.count(lot, "held", -part)
            self.count(lot, "burned", part)
        self.note(self.now, 0, -sum(part for _, part in parts))
        self.burns[name] = parts

    def release(self, name: str) -> None:
        self.put_back(self.holds.pop(name).parts, self.now, of_hold=True)

    def cancel(self, name: str) -> None:
        self.put_back(self.burns.pop(name), self.now, of_hold=False)
