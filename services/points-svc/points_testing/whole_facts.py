"""Steps of a life of the whole ledger: what is heard of its members."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from points_svc.domain.moments import moment_id
from points_testing.naive_pools import NaiveLedger
from points_testing.naive_worth import Gone, Item
from points_testing.whole_programmes import SEGMENTS, TIERS, document

BEGINS = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class HeardSteps:
    """What can be heard next, given all that was. Three members, of whom the first does most; ids
    sort by time as real ones do.
    """

    def __init__(self, form: str, name: str, naive: NaiveLedger, begins: datetime = BEGINS) -> None:
        self.begins = begins
        self.enrolled_at = begins + 5 * DAY
        self.form = form
        self.name = name
        self.naive = naive
        self.members = [f"{name}-a", f"{name}-b", f"{name}-c"]
        self.now = begins + 20 * DAY + 7 * SECOND
        self.bought: list[tuple[str, str, datetime, tuple[Item, ...]]] = []
        self.late: list[Mapping[str, Any]] = []
        self.left: dict[tuple[str, str], int] = {}
        self.count = 0
        self.generation = 0
        naive.lot_id = moment_id
        for member in self.members:
            naive.enroll(member, self.enrolled_at)

    def member(self, n: int) -> str:
        return self.members[(0, 1, 2, 0)[n % 4]]

    def fact_id(self, at: datetime, kind: str) -> str:
        digits = f"{int(at.timestamp() * 1000):012x}"
        return f"{digits[:8]}-{digits[8:]}-7{kind}-{self.count:04x}"

    def uuid(self) -> str:
        """Of this life alone: some names are their channel's own, whoever they are about."""
        return str(UUID(int=self.count + (int.from_bytes(self.name.encode()[-8:], "big") << 64)))

    def wait(self, a: int, b: int) -> Mapping[str, Any]:
        """Hours, or days; now and then more than a month."""
        self.now += DAY * (20 + b % 20) if a % 5 == 0 else HOUR * (b % 150)
        return {}

    def sweep(self, _a: int, _b: int) -> Mapping[str, Any]:
        return {}

    def buy(self, a: int, b: int) -> Mapping[str, Any] | None:
        """Now or up to 20 days ago, at a full hour: several share it."""
        past = -3 * timedelta(minutes=1) if b % 11 == 0 else HOUR * 8 * (b % 60)
        at = (self.now - past).replace(minute=0, second=0) if past > DAY * 0 else self.now - past
        at = max(at, self.begins)
        items = tuple(
            Item(f"{n}", "food" if (a + n) % 3 == 0 else "toys", 1 + (a + n) % 3, net)
            for n, net in enumerate([a * 37 % 24_000, b * 91 % 9_000][: 1 + b % 2])
        )
        one = (self.fact_id(at, "a"), self.member(a), at, items)
        self.bought.append(one)
        self.left |= {(one[0], item.line_id): item.units for item in items}
        said = dict(zip(("fact_id", "member", "at", "items"), one, strict=True))
        if (a + b) % 6 == 0:
            self.late.append(said)
            return None
        return said

    def arrive(self, a: int, _b: int) -> Mapping[str, Any] | None:
        """A purchase that others have overtaken."""
        return self.late.pop(a % len(self.late)) if self.late else None

    def bring_back(self, a: int, b: int) -> Mapping[str, Any] | None:
        """Units or value of one line, or everything at the purchase's own instant: a void."""
        if not self.bought:
            return None
        fact_id, member, bought_at, items = self.bought[a % len(self.bought)]
        is_void = b % 7 == 0
        if is_void:
            lines = [Gone(item.line_id, self.left[fact_id, item.line_id]) for item in items]
        else:
            item = items[b % len(items)]
            units = min(1 + a % 2, self.left[fact_id, item.line_id])
            is_value = b % 3 == 0 or not units
            lines = [
                Gone(item.line_id, 0, 1 + a * 13 % 4_000) if is_value else Gone(item.line_id, units)
            ]
        for line in lines:
            self.left[fact_id, line.line_id] -= line.units
        at = bought_at if is_void else (bought_at + HOUR * (b % 300)).replace(microsecond=0)
        at = min(at, self.now)
        return {
            "fact_id": self.fact_id(at, "b"),
            "member": member,
            "purchase": (fact_id, bought_at),
            "at": at,
            "lines": tuple(lines),
        }

    def act(self, a: int, b: int) -> Mapping[str, Any]:
        """A visit, or a delivery of a purchase."""
        at = (self.now - HOUR * (b % 200)).replace(minute=30, second=0)
        kind, member, purchase = "checkin", self.member(a), ""
        if b % 4 and self.bought:
            purchase, member, bought_at, _ = self.bought[a % len(self.bought)]
            kind, at = "delivered", bought_at + HOUR * (b % 220)
        at = min(at, self.now)
        return {
            "fact_id": self.fact_id(at, "c"),
            "member": member,
            "at": at,
            "kind": kind,
            "purchase_id": purchase,
        }

    def tell(self, a: int, b: int) -> Mapping[str, Any]:
        """A tier that began up to 20 days ago, and one that follows; some come after later ones."""
        begins = (self.now - HOUR * 8 * (b % 60)).replace(minute=0, second=0)
        steps = [(begins, TIERS[a % 3]), (begins + DAY * (1 + b % 9), TIERS[b % 3])]
        seq = self.count * 10 if a % 4 else max(1, self.count * 10 - 105 - b)
        return {"member": self.member(b), "seq": seq, "steps": tuple(steps[: 1 + a % 2])}

    def publish(self, _a: int, _b: int) -> Mapping[str, Any] | None:
        if self.generation == 3:
            return None
        self.generation += 1
        return {"document": document(self.form, self.generation)}

    def change_segment(self, a: int, b: int) -> Mapping[str, Any]:
        """From up to 20 days ago on a member is in a segment or not; some come after later ones."""
        return {
            "member": self.member(b),
            "segment": SEGMENTS[a % 2],
            "at": (self.now - HOUR * 8 * (b % 60)).replace(minute=0, second=0),
            "seq": self.count * 4 if a % 4 else self.count * 2 + 1,
            "is_in": b % 3 > 0,
        }

    def change_status(self, a: int, b: int) -> Mapping[str, Any]:
        """Mostly all is well; who is closed is let in again by the next change."""
        status = {0: "suspended", 8: "suspended", 4: "closed"}.get(b % 16, "active")
        return {"member": self.member(a), "status": status}
