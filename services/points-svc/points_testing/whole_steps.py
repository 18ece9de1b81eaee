"""Steps of a life of the whole ledger: what happens next, from a verb and two numbers. Whoever
knows what happened before says what they mean; the ledgers are told the same.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from points_testing.naive_commands import NaiveLedger
from points_testing.naive_worth import Gone, Item
from points_testing.whole_programmes import TIERS, document

BEGINS = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
VERBS = (
    *("buy", "buy", "buy", "buy", "arrive", "bring_back", "bring_back", "bring_back", "act", "act"),
    *("tell", "wait", "wait", "sweep", "change_status", "burn", "burn", "hold", "hold", "capture"),
    *("release", "cancel", "adjust", "decide", "transfer", "extend", "reinstate", "settle"),
)
"""Those that fill a life most often; a publication comes more rarely."""
PUBLISH_EACH = 60
NUMBERS_MAX = 9_999


class Step(NamedTuple):
    """What is asked of a ledger at a moment."""

    verb: str
    said: Mapping[str, Any]
    now: datetime


class Steps:
    """What can happen next, given all that has. Two members; ids sort by time as real ones do."""

    def __init__(self, form: str, name: str, naive: NaiveLedger, begins: datetime = BEGINS) -> None:
        self.begins = begins
        self.enrolled_at = begins + 5 * DAY
        self.form = form
        self.name = name
        self.naive = naive
        self.members = [f"{name}-a", f"{name}-b"]
        self.now = begins + 20 * DAY + 7 * SECOND
        self.bought: list[tuple[str, str, datetime, tuple[Item, ...]]] = []
        self.late: list[Mapping[str, Any]] = []
        self.left: dict[tuple[str, str], int] = {}
        self.count = 0
        self.generation = 0
        for member in self.members:
            naive.enroll(member, self.enrolled_at)

    def next(self, verb: str, a: int, b: int) -> Step | None:
        """The step that a verb and two numbers mean now; None where there is nothing to do it
        to.
        """
        self.count += 1
        verb = "publish" if a % PUBLISH_EACH == 59 else verb
        self.now += SECOND * (1 + 60 * (a % 3))
        make: Callable[[int, int], Mapping[str, Any] | None] = getattr(self, verb)
        said = make(a, b)
        verb = "buy" if verb == "arrive" else verb
        return None if said is None else Step(verb, said, self.now)

    def member(self, n: int) -> str:
        return self.members[n % 3 == 2]

    def fact_id(self, at: datetime, kind: str) -> str:
        digits = f"{int(at.timestamp() * 1000):012x}"
        return f"{digits[:8]}-{digits[8:]}-7{kind}-{self.count:04x}"

    def uuid(self) -> str:
        return str(UUID(int=self.count + (sum(self.name.encode()) << 64)))

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

    def change_status(self, a: int, b: int) -> Mapping[str, Any]:
        return {"member": self.member(a), "status": "suspended" if b % 8 == 0 else "active"}

    def burn(self, a: int, b: int) -> Mapping[str, Any]:
        member = self.member(b)
        return {"name": self.uuid(), "member": member, "points": self._points(member, a, b)}

    def hold(self, a: int, b: int) -> Mapping[str, Any]:
        member = self.member(b)
        seconds = (1 + b % 100) * 3_600
        return {
            "name": self.uuid(),
            "member": member,
            "points": self._points(member, a, b),
            "lapse_after_s": seconds,
        }

    def capture(self, a: int, b: int) -> Mapping[str, Any] | None:
        name = self._one_of(self.naive.holds, a)
        if name is None:
            return None
        points = self.naive.holds[name].points
        return {"name": name, "points": points if b % 3 else 1 + b % (points + 1)}

    def release(self, a: int, _b: int) -> Mapping[str, Any] | None:
        name = self._one_of(self.naive.holds, a)
        return None if name is None else {"name": name}

    def cancel(self, a: int, _b: int) -> Mapping[str, Any] | None:
        name = self._one_of(self.naive.burns, a)
        return None if name is None else {"name": name}

    def adjust(self, a: int, b: int) -> Mapping[str, Any]:
        points = (1 + a % 260) * (1 if b % 2 else -1)
        return {"name": self.uuid(), "member": self.member(b), "points": points}

    def decide(self, a: int, b: int) -> Mapping[str, Any] | None:
        name = self._one_of(self.naive.waiting, a)
        if name is None:
            return None
        verdict = "rejected" if b % 4 == 0 else "posted"
        return {"name": name, "verdict": verdict, "by_another": b % 5 != 0}

    def transfer(self, a: int, b: int) -> Mapping[str, Any]:
        giver = self.member(b)
        (to,) = [one for one in self.members if one != giver]
        said = {"name": self.uuid(), "member": giver, "to": to}
        return {**said, "points": self._points(giver, a, b), "stepped_up": bool(b % 2)}

    def extend(self, a: int, b: int) -> Mapping[str, Any] | None:
        return self._lot(a, b)

    def reinstate(self, a: int, b: int) -> Mapping[str, Any] | None:
        return self._lot(a, b)

    def settle(self, a: int, b: int) -> Mapping[str, Any] | None:
        if not self.naive.missing:
            return None
        one = self.naive.missing[a % len(self.naive.missing)]
        alike = [
            m for m in self.naive.missing if (m.account, m.fact_id) == (one.account, one.fact_id)
        ]
        named = {"member": one.account[0], "point_type": one.account[1], "fact_id": one.fact_id}
        return {**named, "nth": alike.index(one), "state": "owed" if b % 2 else "forgiven"}

    def _points(self, member: str, a: int, b: int) -> int:
        """All there is, or some of it; now and then more."""
        there = self.naive.available((member, "points"))
        if b % 5 == 0 or not there:
            return there + 1 + a % 20
        return there if b % 5 < 3 else 1 + a % there

    def _lot(self, a: int, b: int) -> Mapping[str, Any] | None:
        facts = list(self.naive.facts.values())
        if not facts:
            return None
        fact = facts[a % len(facts)]
        return {"member": fact.member, "lot_id": fact.fact_id, "days": 1 + b % 15}

    @staticmethod
    def _one_of(named: Mapping[str, Any], n: int) -> str | None:
        """The latest ones most of all."""
        names = list(named)[-5:]
        return names[n % len(names)] if names else None
