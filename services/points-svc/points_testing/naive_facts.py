"""What the naive ledger hears, and what that is worth: after every message everything is rated
again, from the lists of all that was ever heard.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from points_testing.naive_ledger import (
    Account,
    Back,
    Fact,
    Lot,
    NaiveLots,
    Version,
    after,
    months_after,
)
from points_testing.naive_worth import Item, Seen, kept


class NaiveFacts(NaiveLots):
    """What some members bought, returned and did, and what they were told."""

    def __init__(self, settings: dict[str, Any], document: dict[str, Any], now: datetime) -> None:
        super().__init__(settings, document, now)
        self.facts: dict[str, Fact] = {}
        self.returns: dict[str, list[Back]] = {}
        self.named: dict[str, list[tuple[datetime, str, str]]] = {}
        self.told: dict[str, list[tuple[int, Sequence[tuple[datetime, str]]]]] = {}
        self.segments: list[tuple[str, str, int, datetime, bool]] = []
        self.enrolled: dict[str, datetime] = {}
        self.given: dict[tuple[str, str], int] = {}
        self.rooms: dict[tuple[str, str], int] = {}
        self.status: dict[str, str] = {}
        self.present: list[Fact] = []
        self.absent = self.lost_at

    # What is known of a member.

    def lost_at(self, lot: Lot) -> datetime | None:
        """When a lot's points are lost by being away: the first gap that is too long, after it."""
        member, point_type = lot.account
        came = sorted(fact.at for fact in self.present if fact.member == member)
        for n, at in enumerate(came):
            months = self.in_force(at).terms[point_type].get("inactivity_months")
            end = months_after(at, months) if months else None
            is_gap = end is not None and all(then >= end for then in came[n + 1 :])
            if end and is_gap and end > (lot.counted_from or lot.at):
                return end
        return None

    def seen(self, fact: Fact) -> Seen:
        """The tier and the segments just before it, and whether it was the first purchase (P6)."""
        bought = [one.key for one in self.facts.values() if one.member == fact.member and one.items]
        is_first = bool(fact.items) and fact.key == min(bought)
        heard = sorted(self.told.get(fact.member, []), key=lambda message: -message[0])
        covering = (steps for _, steps in heard if steps[0][0] < fact.at)
        before = [tier for at, tier in next(covering, ()) if at < fact.at]
        if fact.at < self.enrolled[fact.member] or not before:
            before = [self.settings["base_tier"]]
        segments = self.segments_before(fact.member, fact.at)
        if fact.at < self.enrolled[fact.member]:
            segments = ()
        return Seen(before[-1], is_first, fact.activity, segments)

    def segments_before(self, member: str, at: datetime) -> tuple[str, ...]:
        """Where the message with the highest number of those that had begun says so."""
        heard = sorted(
            (seq, segment, is_in)
            for who, segment, seq, begins, is_in in self.segments
            if who == member and begins < at
        )
        last = {segment: is_in for _, segment, is_in in heard}
        return tuple(sorted(segment for segment, is_in in last.items() if is_in))

    # What facts are worth.

    def targets(self, fact: Fact, point_type: str) -> Iterator[tuple[str, int, int]]:
        """What each fact should stand at, and whether it gives (1) or takes (-1)."""
        worth, seen = self.in_force(fact.at).worth[point_type], self.seen(fact)
        most = self.rooms.get((fact.fact_id, point_type))

        def of(returns: Sequence[Back]) -> int:
            lines = kept(fact.items, tuple(back.lines for back in returns))
            points = worth.of_order(lines, seen) if fact.items else worth.of_activity(seen)
            return points if most is None else min(points, most)

        before = of(())
        yield fact.fact_id, before, 1
        backs = sorted(self.returns.get(fact.fact_id, ()), key=lambda back: (back.at, back.fact_id))
        for n, back in enumerate(backs, 1):
            still = min(before, of(backs[:n]))
            yield back.fact_id, before - still, -1
            before = still

    def rate(self, fact: Fact, point_type: str) -> None:
        """Bring a fact and its returns to their targets: what gives goes before what takes."""
        (lot,) = [
            one
            for one in self.lots
            if (one.account, one.name) == ((fact.member, point_type), fact.fact_id)
        ]
        changes = []
        for name, points, sign in self.targets(fact, point_type):
            gives = sign * (points - self.given.get((name, point_type), 0))
            self.given[name, point_type] = points
            changes.append((gives, name))
        for gives, _ in changes:
            self.give(lot, max(gives, 0))
        for gives, name in changes:
            self.take(lot, max(-gives, 0), name)
        self.pay([lot])

    def rate_all(self) -> None:
        """Everything again, by when it occurred."""
        for fact in sorted(self.facts.values(), key=lambda one: one.key):
            for lot in [one for one in self.lots if one.name == fact.fact_id]:
                self.rate(fact, lot.account[1])
        self.pass_time()

    def record(self, fact: Fact) -> None:
        """A fact that is new opens its lots, within the room that there is before it."""
        version = self.in_force(fact.at)
        brings = {
            point_type: terms
            for point_type, terms in version.terms.items()
            if fact.items or version.worth[point_type].of_activities
        }
        for point_type, terms in brings.items():
            if "maximum_balance" in terms:
                room = self.room((fact.member, point_type), terms["maximum_balance"])
                self.rooms[fact.fact_id, point_type] = room
        self.facts[fact.fact_id] = fact
        for point_type, terms in brings.items():
            self.open(fact, (fact.member, point_type), terms)
            self.rate(fact, point_type)
        for at, _, kind in sorted(self.named.get(fact.fact_id, ())):
            self.heed(fact.fact_id, at, kind)

    def be_present(self, fact: Fact) -> None:
        """Once it is posted a fact keeps what its member would have lost, and gives back what they
        did lose.
        """
        self.present.append(fact)
        self.pass_time()
        self.rate_all()

    def open(self, fact: Fact, account: Account, terms: dict[str, Any]) -> Lot:
        wait = terms.get("availability", {"kind": "at_once"})
        ends = self.ends(terms, fact.at)
        if wait["kind"] == "at_once" or fact.activity:
            return self.add(
                account, fact.fact_id, fact.at, begins=min(fact.at, self.now), ends=ends
            )
        begins = after(fact.at, wait.get("n") or wait["deadline_days"])
        lot = self.add(account, fact.fact_id, fact.at, begins=begins, ends=ends, waits=True)
        lot.awaits, lot.forfeits = wait.get("activity", ""), wait.get("default") == "forfeit"
        return lot

    def heed(self, purchase_id: str, at: datetime, kind: str) -> None:
        """An activity names a purchase: what waits for it becomes available then (P4)."""
        self.pass_time()
        for lot in [one for one in self.lots if one.name == purchase_id and one.awaits == kind]:
            then = max(at, lot.at)
            if then < lot.begins and (lot.waits or lot.is_forfeit):
                if lot.is_forfeit:
                    lot.here, lot.lost, lot.is_forfeit = lot.here + lot.lost, 0, False
                lot.begins = then
                self.activate(lot)
        self.pass_time()

    # What is heard.

    def enroll(self, member: str, at: datetime) -> None:
        self.enrolled[member] = at

    def buy(self, fact_id: str, member: str, at: datetime, items: tuple[Item, ...]) -> None:
        fact = Fact(member, fact_id, at, items)
        self.record(fact)
        self.be_present(fact)

    def act(self, fact_id: str, member: str, at: datetime, kind: str, purchase_id: str) -> None:
        fact = Fact(member, fact_id, at, activity=kind)
        self.record(fact)
        if purchase_id:
            self.named.setdefault(purchase_id, []).append((at, fact_id, kind))
            self.heed(purchase_id, at, kind)
        self.be_present(fact)

    def bring_back(
        self, fact_id: str, member: str, purchase: tuple[str, datetime], at: datetime, lines: Any
    ) -> None:
        self.returns.setdefault(purchase[0], []).append(Back(fact_id, at, lines))
        self.rate_all()

    def tell(self, member: str, seq: int, steps: Sequence[tuple[datetime, str]]) -> None:
        self.told.setdefault(member, []).append((seq, steps))
        self.rate_all()

    def change_segment(
        self, member: str, segment: str, at: datetime, seq: int, *, is_in: bool
    ) -> None:
        self.segments.append((member, segment, seq, at, is_in))
        self.rate_all()

    def publish(self, document: dict[str, Any]) -> None:
        self.versions.append(Version(self.now, document))
        self.rate_all()

    def change_status(self, member: str, status: str) -> None:
        self.status[member] = status
