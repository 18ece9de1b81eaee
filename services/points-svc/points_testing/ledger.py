"""One member's ledger in memory: the domain driven as the handlers drive it, nothing stored."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from contracts.events.base import Event
from contracts.events.purchases import PurchaseLine, PurchaseRecorded
from contracts.events.tiers import TierChanged, TierInterval
from contracts.ids import EventId, FactId, MemberId
from points_svc.domain import (
    accrual,
    adjustments,
    awaiting,
    burns,
    holds,
    rerating,
    transfers,
)
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.books import Book, Books
from points_svc.domain.expiry import Expiry
from points_svc.domain.facts import Back, Purchased, Returned
from points_svc.domain.moments import moment_id
from points_svc.domain.presence import Presence
from points_svc.domain.rules import PointRule, RuleBook, Rules, plain_rule
from points_svc.domain.standings import Standing
from points_svc.domain.targets import Posted
from points_svc.domain.tiers import Timeline, hear, just_before
from points_testing.naming import Named

SHANGHAI = ZoneInfo("Asia/Shanghai")
MEMBER = MemberId("m1")
FRIEND = MemberId("m2")
BY_TIER = {
    "regular": Fraction(11, 10),
    "silver": Fraction(12, 10),
    "gold": Fraction(2),
    "vip": Fraction(2),
}
POINTS = plain_rule("points", Fraction(1), Expiry("end_of_year", 1), True, BY_TIER)
GROWTH = plain_rule("growth", Fraction(1), Expiry("never"), False)
WHY = DecisionBasis("key:till", "request", "name", "test")


def rules_of(*points: PointRule) -> RuleBook:
    return RuleBook.of([Rules(1, None, SHANGHAI, "CNY", 100, "regular", points)])


CLASSIC = rules_of(POINTS, GROWTH)


def shanghai(text: str) -> datetime:
    """`2026-03-02 10:00` in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def purchase(
    ref: str, at: datetime, *nets: str, units: int = 1, enrolled_at: datetime | None = None
) -> PurchaseRecorded:
    """A purchase whose lines are numbered from 1; `nets` in whole currency units."""
    lines = tuple(
        PurchaseLine(
            line_id=str(n),
            sku="sku",
            category="food",
            quantity=units,
            amount_minor=int(Fraction(net) * 100),
            net_minor=int(Fraction(net) * 100),
        )
        for n, net in enumerate(nets, 1)
    )
    return PurchaseRecorded(
        event_id=EventId(ref),
        member_id=MEMBER,
        occurred_at=at,
        recorded_at=at,
        version="1",
        fact_id=FactId(moment_id(at, ref)),
        source="till",
        source_ref=ref,
        enrolled_at=enrolled_at or at,
        store_id="s1",
        currency="CNY",
        lines=lines,
    )


def returned(bought: PurchaseRecorded, ref: str, at: datetime, *units: tuple[str, int]) -> Returned:
    lines = tuple(Back(*one) for one in units)
    return Returned(bought.fact_id, moment_id(at, ref), at, lines)


def told(seq: int, *tiers: tuple[datetime, str]) -> TierChanged:
    """A message that covers from the first instant on."""
    intervals = tuple(
        TierInterval(tier=tier, rank=0, ordinal=1, from_at=at, reason="test") for at, tier in tiers
    )
    return TierChanged(
        event_id=EventId(f"t{seq}"),
        member_id=MEMBER,
        occurred_at=tiers[0][0],
        recorded_at=tiers[0][0],
        version="1",
        ladder="main",
        seq=seq,
        from_at=tiers[0][0],
        intervals=intervals,
    )


UNCOVERED = {"forgiveness": 1, "review": 1, "shortfall": -1}


class Ledger:
    """Everything of one member. Each method is one message or command; `now` is its moment."""

    def __init__(self, rules: RuleBook = CLASSIC, shortfall: str = "deficit") -> None:
        self.terms = accrual.Terms(rules, shortfall)
        self.timeline: Timeline = ()
        self.returns: dict[str, Returned] = {}
        self.named: dict[str, Named] = {}
        self.purchases: dict[str, Purchased] = {}
        self.holds: dict[str, holds.Hold] = {}
        self.burns: dict[str, burns.Burn] = {}
        self.books = Books(datetime.min.replace(tzinfo=UTC), "1")

    def at(self, now: datetime) -> None:
        self.books.now = now
        for book in self.books.all():
            book.now = now

    def book(self, point_type: str = "points") -> Book:
        return self.books.of(MEMBER, point_type)

    @property
    def said(self) -> Sequence[Event]:
        return self.books.said

    def posted(self) -> dict[tuple[str, str], Posted]:
        found: dict[tuple[str, str], Posted] = {}
        for book in self.books.all():
            for row in book.postings:
                if row.revision:
                    sign = (row.debit == "issuance") - (row.credit == "issuance")
                    so_far = found.get((row.fact_id, row.point_type), Posted(0, 0))
                    sign = -sign if row.fact_id in self.returns else sign
                    found[row.fact_id, row.point_type] = Posted(
                        so_far.points + sign * row.points, max(so_far.revision, row.revision)
                    )
        return found

    def total(self, fact_id: str, point_type: str = "points") -> int:
        return self.posted()[fact_id, point_type].points

    def returns_of(self, fact_id: str) -> list[Returned]:
        return [r for r in self.returns.values() if r.purchase_fact_id == fact_id]

    def hear_purchase(self, bought: PurchaseRecorded) -> None:
        if bought.fact_id in self.purchases:
            return
        tier = just_before(self.timeline, bought.occurred_at)
        known = accrual.purchased(bought, tier, self.terms.rules)
        self.purchases[bought.fact_id] = known
        accrual.accrue(self.books, known, self.returns_of(bought.fact_id), self.terms)
        for named in sorted(self.named.values(), key=lambda n: (n.occurred_at, n.fact_id)):
            self.heed(named)

    def hear_named(self, named: Named) -> None:
        if named.fact_id not in self.named:
            self.named[named.fact_id] = named
            self.heed(named)

    def heed(self, named: Named) -> None:
        for book in self.books.all():
            awaiting.heed(
                book, named.purchase_fact_id, named.kind, named.fact_id, named.occurred_at
            )

    def hear_return(self, back: Returned) -> None:
        if back.fact_id in self.returns:
            return
        self.returns[back.fact_id] = back
        self.settle()
        if back.purchase_fact_id in self.purchases:
            self.rerate(back.purchase_fact_id)

    def hear_tier(self, message: TierChanged) -> None:
        self.timeline = hear(self.timeline, message)
        self.settle()
        for fact_id in sorted(self.purchases):
            self.rerate(fact_id)

    def publish(self, rules: RuleBook) -> None:
        """Another version, and the catch-up that it leaves."""
        self.terms = self.terms._replace(rules=rules)
        self.purchases = {
            fact_id: known._replace(rules=rules.in_force(known.occurred_at))
            for fact_id, known in self.purchases.items()
        }
        self.settle()
        for fact_id in sorted(self.purchases):
            self.rerate(fact_id)

    def rerate(self, fact_id: str) -> None:
        known, told = self.purchases[fact_id], Standing({"main": self.timeline})
        for rule in known.rules.points:
            due = rerating.Due.of(
                known, rule.point_type, told, self.returns_of(fact_id), self.posted()
            )
            rerating.bring_to_target(self.books, due, self.terms)

    def settle(self) -> None:
        rules = self.terms.rules
        came = {one.occurred_at for one in self.purchases.values()}
        came |= {one.occurred_at for one in self.named.values()}
        for book in self.books.all():
            if book.point_type in rules.forgetting:
                book.presence = Presence(sorted(came), rules, book.point_type)
            key = (book.member_id, book.point_type)
            mine = [h for h in self.holds.values() if (h.member_id, h.point_type) == key]
            for hold in holds.settle(book, mine):
                self.holds[hold.hold_id] = hold
            book.presence = None

    def hold(self, name: str, points: int, lapse_after_s: int = 900) -> holds.Hold:
        self.settle()
        ask = holds.HoldAsk(MEMBER, name, "points", points, "test", lapse_after_s, "till")
        self.holds[name] = holds.place(self.book(), ask, WHY)
        return self.holds[name]

    def capture(self, name: str, points: int) -> None:
        self.settle()
        hold, burn = holds.capture(self.book(), self.holds[name], points, WHY)
        self.holds[name], self.burns[name] = hold, burn

    def release(self, name: str) -> None:
        self.settle()
        self.holds[name] = holds.release(self.book(), self.holds[name], WHY)

    def burn(self, name: str, points: int) -> burns.Burn:
        self.settle()
        ask = burns.BurnAsk(MEMBER, name, "points", points, "test", "till")
        self.burns[name] = burns.burn_now(self.book(), ask, WHY)
        return self.burns[name]

    def cancel(self, name: str) -> None:
        self.settle()
        self.burns[name] = burns.cancel(self.book(), self.burns[name], WHY)

    def adjust(self, points: int) -> None:
        self.settle()
        ask = adjustments.AdjustmentAsk(
            MEMBER, "points", points, "late parcel", "goodwill", "staff"
        )
        rules = self.terms.rules.in_force(self.books.now)
        adjustments.adjust(self.book(), ask, rules, WHY)

    def send(self, points: int) -> None:
        """Give points to a friend."""
        self._transfer(self.book(), self.books.of(FRIEND, "points"), points)

    def receive(self, points: int) -> None:
        """Get points from a friend, who was given as many."""
        friend = self.books.of(FRIEND, "points")
        self.settle()
        ask = adjustments.AdjustmentAsk(FRIEND, "points", points, "luck", "goodwill", "staff")
        adjustments.adjust(friend, ask, self.terms.rules.in_force(self.books.now), WHY)
        self._transfer(friend, self.book(), points)

    def _transfer(self, giver: Book, receiver: Book, points: int) -> None:
        self.settle()
        name = f"t{giver.seq}-{receiver.seq}"
        ask = transfers.TransferAsk(
            giver.member_id, name, receiver.member_id, "points", points, "", "", "till"
        )
        transfers.transfer(giver, receiver, ask, None, WHY)

    def sums(self, point_type: str = "points") -> dict[str, int]:
        """The account's balances and what of it has expired or was forgiven; what stands for review
        counts as forgiven until it is settled otherwise.
        """
        book = self.book(point_type)
        forgiven = sum(p.points * UNCOVERED.get(p.kind, 0) for p in book.postings)
        expired = sum(
            p.points * ((p.credit == "expiry") - (p.debit == "expiry")) for p in book.postings
        )
        return {**book.balance, "expired": expired, "forgiven": forgiven}


MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
