"""The ledger of some members as lists, which are added up again after every step: what the real one
is compared with (P1–P14). It reads the same programme as people write it, and shares no code with
the service.

Lots know what is left of them and what they lost; who holds, burned or owes what stands in lists.
Time is let pass before anything else happens, always.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from points_testing.naive_worth import Gone, Item, Worth

FOREVER = datetime.max.replace(tzinfo=UTC)
Account = tuple[str, str]
Part = tuple["Lot", int]


@dataclass(eq=False)
class Lot:
    """Points with their own time. `missed` is what of `lost` its member lost by being away."""

    account: Account
    name: str
    at: datetime
    begins: datetime
    ends: datetime | None
    here: int = 0
    lost: int = 0
    waits: bool = False
    awaits: str = ""
    forfeits: bool = False
    is_forfeit: bool = False
    away_since: datetime | None = None
    counted_from: datetime | None = None

    @property
    def order(self) -> tuple[datetime, datetime, datetime, str]:
        """Burn order (P3)."""
        return (self.ends or FOREVER, self.begins, self.at, self.name)

    def has_ended(self, at: datetime) -> bool:
        return self.ends is not None and self.ends <= at

    def lose(self) -> None:
        """What is left is lost to time."""
        self.here, self.lost = 0, self.lost + self.here


@dataclass(eq=False)
class Fact:
    """A purchase, or an activity (`activity`), and what came back of it."""

    member: str
    fact_id: str
    at: datetime
    items: tuple[Item, ...] = ()
    activity: str = ""
    returns: list["Back"] = field(default_factory=list)

    @property
    def key(self) -> tuple[datetime, str]:
        return (self.at, self.fact_id)


@dataclass(eq=False)
class Back:
    fact_id: str
    at: datetime
    lines: tuple[Gone, ...]


@dataclass(eq=False)
class Move:
    """A hold, or a burn: from which lots, and how it stands."""

    account: Account
    points: int
    parts: list[Part]
    state: str
    until: datetime = FOREVER


@dataclass(eq=False)
class Missing:
    """A shortfall that stands for review."""

    account: Account
    fact_id: str
    points: int
    state: str = "open"


class Refused(Exception):
    """The business says no, with a code."""


@dataclass
class Version:
    """A document in force from an instant on."""

    begins: datetime | None
    document: dict[str, Any]

    def __post_init__(self) -> None:
        self.terms = {one["point_type"]: one for one in self.document["point_types"]}
        self.worth = {name: Worth(self.document, name) for name in self.terms}


WALL = timezone(timedelta(hours=8))
"""The programme's wall clock, which is never put forward or back."""


def months_after(at: datetime, months: int) -> datetime:
    """The same day of another month, at most its last."""
    local = at.astimezone(WALL)
    years, month = divmod(local.month - 1 + months, 12)
    last = monthrange(local.year + years, month + 1)[1]
    moved = local.replace(year=local.year + years, month=month + 1, day=min(local.day, last))
    return moved.astimezone(at.tzinfo)


def after(at: datetime, days: int) -> datetime:
    """Days in a zone that knows no summer time are days."""
    return at + timedelta(days=days)


class NaiveLots:
    """Lots, and what takes from them and gives back to them."""

    def __init__(self, settings: dict[str, Any], document: dict[str, Any], now: datetime) -> None:
        self.settings = settings
        self.versions = [Version(None, document)]
        self.now = now
        self.lots: list[Lot] = []
        self.owed: dict[Account, int] = {}
        self.holds: dict[str, Move] = {}
        self.burns: dict[str, Move] = {}
        self.missing: list[Missing] = []
        self.lot_id: Callable[..., str] = lambda at, *names: f"{at}-{names}"
        self.absent: Callable[[Lot], datetime | None] = lambda _: None

    def in_force(self, at: datetime) -> Version:
        """The version that rates what occurs then (E4)."""
        return [v for v in self.versions if v.begins is None or v.begins <= at][-1]

    def of(self, account: Account) -> list[Lot]:
        """An account's lots, in burn order."""
        return sorted((lot for lot in self.lots if lot.account == account), key=lambda o: o.order)

    def available(self, account: Account) -> int:
        return sum(lot.here for lot in self.of(account) if not lot.waits)

    def pending(self, account: Account) -> int:
        return sum(lot.here for lot in self.of(account) if lot.waits)

    def held(self, account: Account) -> int:
        mine = (h for h in self.holds.values() if h.account == account and h.state == "open")
        return sum(points for hold in mine for _, points in hold.parts)

    def room(self, account: Account, most: int) -> int:
        """How many points an account of at most so many can take."""
        have = self.available(account) + self.pending(account) + self.held(account)
        return max(0, most - have + self.owed.get(account, 0))

    def add(self, account: Account, name: str, at: datetime, **more: Any) -> Lot:
        lot = Lot(account, name, at, **more)
        self.lots.append(lot)
        return lot

    def ends(self, terms: dict[str, Any], at: datetime) -> datetime | None:
        expiry = terms["expiry"]
        if expiry["kind"] == "end_of_month":
            first = at.astimezone(WALL).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            return months_after(first, 1 + expiry["months_after"]).astimezone(UTC)
        return None if expiry["kind"] == "never" else after(at, expiry["n"])

    def draw(self, account: Account, points: int, without: Lot | None = None) -> list[Part]:
        """As many points as there are, in burn order."""
        parts = []
        for lot in self.of(account):
            if not lot.waits and lot is not without and not lot.has_ended(self.now):
                taken = min(points, lot.here)
                lot.here -= taken
                points -= taken
                parts += [(lot, taken)] if taken else []
        return parts

    def demand(self, account: Account, points: int) -> list[Part]:
        """So many points, or none."""
        if points > self.available(account):
            raise Refused("points_insufficient")
        return self.draw(account, points)

    def pay(self, lots: Iterable[Lot]) -> None:
        """What these lots hold pays what is owed (P14)."""
        for lot in sorted(set(lots), key=lambda one: one.order):
            if not lot.waits:
                paid = min(lot.here, self.owed.get(lot.account, 0))
                lot.here -= paid
                self.owed[lot.account] = self.owed.get(lot.account, 0) - paid

    def put_back(self, parts: Sequence[Part]) -> None:
        for lot, points in parts:
            lot.here += points
        self.pay(lot for lot, _ in parts)

    def lose_what_is_over(self, parts: Sequence[Part]) -> None:
        for lot, _ in parts:
            if lot.away_since is not None or lot.has_ended(self.now):
                lot.lose()

    def give(self, lot: Lot, points: int) -> None:
        """A fact is worth more: into its own lot, and what becomes of that at once."""
        lot.here += points
        if lot.is_forfeit or lot.away_since is not None:
            lot.lose()

    def take(self, lot: Lot, points: int, fact_id: str) -> None:
        """A fact is worth less: its own lot first, then what that lost, then others (P7)."""
        own = min(points, lot.here)
        lost = min(points - own, lot.lost)
        lot.here, lot.lost = lot.here - own, lot.lost - lost
        others = self.draw(lot.account, points - own - lost, lot)
        missing = points - own - lost - sum(one for _, one in others)
        if missing and self.settings["shortfall"] == "deficit":
            self.owed[lot.account] = self.owed.get(lot.account, 0) + missing
        if missing and self.settings["shortfall"] == "review":
            self.missing.append(Missing(lot.account, fact_id, missing))

    def pass_time(self) -> None:
        """What has lapsed comes back; who was away loses; what waits becomes available, is forfeit,
        or ends.
        """
        over = [h for h in self.holds.values() if h.state == "open" and h.until <= self.now]
        for hold in sorted(over, key=lambda one: one.until):
            hold.state = "lapsed"
            self.put_back(hold.parts)
            self.lose_what_is_over(hold.parts)
        for lot in sorted(self.lots, key=lambda one: one.order):
            self.judge_absence(lot)
        for lot in sorted(self.lots, key=lambda one: (one.begins, *one.order)):
            self.end_waiting(lot)
        for lot in self.lots:
            if lot.has_ended(self.now):
                lot.lose()

    def end_waiting(self, lot: Lot) -> None:
        """At the deadline points become available or are forfeit, unless they ended before (P4)."""
        ends_first = lot.ends is not None and lot.ends <= lot.begins
        if not lot.waits or ends_first or lot.begins > self.now:
            return
        if lot.forfeits:
            lot.is_forfeit, lot.waits = True, False
            lot.lose()
        else:
            self.activate(lot)

    def activate(self, lot: Lot) -> None:
        lot.waits = lot.forfeits = False
        self.pay([lot])

    def judge_absence(self, lot: Lot) -> None:
        """Who was away too long loses what is left; a fact that kept it gives it back (P2)."""
        if not lot.here and lot.away_since is None:
            return
        end = self.absent(lot)
        if lot.away_since is not None:
            if not lot.lost or (end is not None and end <= lot.away_since):
                return
            lot.here, lot.lost, lot.away_since = lot.here + lot.lost, 0, None
            self.pay([lot])
        if lot.here and end is not None and end <= self.now and not lot.has_ended(end):
            if lot.begins <= end:
                self.end_waiting(lot)
            if lot.here:
                lot.lose()
                lot.away_since = end
