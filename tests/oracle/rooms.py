"""The pure cores of points-svc and tier-svc, each with what its handlers would load and store.

They speak to each other through events alone. Who delivers them, in which order and how often, is
the test's choice.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from contracts.events.base import Event
from contracts.events.members import MemberEnrolled
from contracts.events.points import PointsAccrued, PointsReversed
from contracts.events.purchases import PurchaseRecorded, PurchaseReturned
from contracts.events.tiers import TierChanged, TierInterval
from contracts.ids import EventId, FactId, MemberId
from points_svc.domain import tiers
from points_svc.domain.accrual import Terms, accrue, purchased
from points_svc.domain.basis import DecisionBasis, Rate
from points_svc.domain.books import Account, Book, Books
from points_svc.domain.burns import BurnAsk, burn_now
from points_svc.domain.facts import Back, Purchased, Returned
from points_svc.domain.lots import Lot
from points_svc.domain.passing import let_time_pass
from points_svc.domain.rerating import Due, bring_to_target
from points_svc.domain.rules import RuleBook
from points_svc.domain.standings import Standing as Known
from points_svc.domain.targets import Posted
from tests.oracle.as_points import MEMBER, versions
from tests.oracle.as_tiers import interval, ladder_of
from tests.oracle.programme import Programme
from tests.oracle.timeline import Interval
from tier_svc.domain.evaluation import Evaluation, Standing, evaluate
from tier_svc.domain.facts import Fact, Heard, HeardReturn, Line, Taken, history
from tier_svc.domain.grounds import Grounds, Version


class PointsRoom:
    """One member's ledger."""

    def __init__(self, programme: Programme) -> None:
        self.versions = versions(programme)
        self.terms = Terms(RuleBook.of(self.versions[:1]), "deficit")
        self.types = [kind.name for kind in programme.every_kind]
        self.accounts = {kind: Account(MEMBER, kind) for kind in self.types}
        self.lots: dict[str, dict[str, Lot]] = {kind: {} for kind in self.types}
        self.purchases: dict[str, Purchased] = {}
        self.used: dict[str, Rate] = {}
        self.returns: dict[str, Returned] = {}
        self.posted: dict[tuple[str, str], Posted] = {}
        self.timeline: tiers.Timeline = ()
        self.burned: dict[str, int] = defaultdict(int)

    def hear(self, event: Event, now: datetime) -> Sequence[Event]:
        """One message as one transaction; a fact that was seen changes nothing."""
        books = self.open(now)
        if isinstance(event, PurchaseRecorded) and event.fact_id not in self.purchases:
            self._accrue(books, event)
        elif isinstance(event, PurchaseReturned) and event.fact_id not in self.returns:
            units = tuple(Back(line.line_id, line.quantity) for line in event.lines)
            back = Returned(event.purchase_fact_id, event.fact_id, event.occurred_at, units)
            self.returns[event.fact_id] = back
            if event.purchase_fact_id in self.purchases:
                self._rerate(books, event.purchase_fact_id)
        elif isinstance(event, TierChanged):
            self._told(books, event)
        return self.close(books)

    def publish(self, now: datetime) -> Sequence[Event]:
        """All versions, and the catch-up that the publication leaves; again changes nothing."""
        books = self.open(now)
        self.terms = Terms(RuleBook.of(self.versions), "deficit")
        for fact_id, purchase in sorted(self.purchases.items()):
            rules = self.terms.rules.in_force(purchase.occurred_at)
            self.purchases[fact_id] = purchase._replace(rules=rules)
            self._rerate(books, fact_id)
        return self.close(books)

    def burn(self, point_type: str, points: int, now: datetime, name: str) -> Sequence[Event]:
        """A decision: as much of `points` as is available."""
        books = self.open(now)
        book = books.of(MEMBER, point_type)
        let_time_pass(book)
        asked = min(points, book.available)
        if asked:
            ask = BurnAsk(MEMBER, name, point_type, asked, "test", "test")
            burn_now(book, ask, DecisionBasis("test", "test", name, ""))
            self.burned[point_type] += asked
        return self.close(books)

    def sweep(self, now: datetime) -> Sequence[Event]:
        """The expiry job."""
        books = self.open(now)
        for kind in self.types:
            let_time_pass(books.of(MEMBER, kind))
        return self.close(books)

    def open(self, now: datetime) -> Books:
        books = Books(now, "1", self.accounts.values())
        for kind in self.types:
            books.of(MEMBER, kind).load(self.lots[kind].values())
        return books

    def close(self, books: Books) -> Sequence[Event]:
        for book in books.all():
            self._close(book)
        for event in books.said:
            if isinstance(event, PointsAccrued | PointsReversed):
                key = (event.fact_id, event.point_type)
                assert event.revision == self.posted.get(key, Posted(0, 0)).revision + 1
                self.posted[key] = Posted(event.points, event.revision)
        return books.said

    def expired(self, kind: str) -> int:
        return sum(lot.expired for lot in self.lots[kind].values())

    def _close(self, book: Book) -> None:
        self.lots[book.point_type] = dict(book.lots)
        self.accounts[book.point_type] = book.account()
        left = sum(lot.remaining for lot in book.lots.values())
        assert left == book.available, "I2: what is available is what the lots hold"
        assert not (book.available and book.deficit), "I3: never both"

    def _accrue(self, books: Books, event: PurchaseRecorded) -> None:
        told = tiers.just_before(self.timeline, event.occurred_at)
        purchase = purchased(event, told, self.terms.rules)
        self.purchases[event.fact_id] = purchase
        self.used[event.fact_id] = purchase.basis.rate
        accrue(books, purchase, self._returns_of(event.fact_id), self.terms)

    def _rerate(self, books: Books, fact_id: str) -> None:
        purchase, back = self.purchases[fact_id], self._returns_of(fact_id)
        for rule in purchase.rules.points:
            let_time_pass(books.of(MEMBER, rule.point_type))
            known = Known({"main": self.timeline})
            due = Due.of(purchase, rule.point_type, known, back, self.posted)
            assert due.used.tier == self.used[fact_id].tier
            bring_to_target(books, due, self.terms)

    def _told(self, books: Books, event: TierChanged) -> None:
        self.timeline = tiers.hear(self.timeline, event)
        for fact_id, purchase in sorted(self.purchases.items()):
            now = Known({"main": self.timeline}).rate(purchase)
            if now.tier != self.used[fact_id].tier:
                self.used[fact_id] = now
                self._rerate(books, fact_id)

    def _returns_of(self, fact_id: str) -> list[Returned]:
        return [back for back in self.returns.values() if back.purchase_fact_id == fact_id]


class TierRoom:
    """One member's standing."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.ladder = ladder_of(programme)
        self.standing = Standing(MEMBER, programme.name, 0, ())
        self.enrolled_at: datetime | None = None
        self.purchases: dict[FactId, PurchaseRecorded] = {}
        self.returns: dict[FactId, PurchaseReturned] = {}
        self.points: dict[FactId, dict[str, PointsAccrued | PointsReversed]] = defaultdict(dict)

    def hear(self, event: Event, now: datetime) -> Sequence[Event]:
        """One message as one transaction."""
        touched: set[FactId] = set()
        if isinstance(event, MemberEnrolled):
            self._enrolled(event.enrolled_at)
        elif isinstance(event, PurchaseRecorded):
            self._enrolled(event.enrolled_at)
            self.purchases[event.fact_id] = event
            touched.add(event.fact_id)
        elif isinstance(event, PurchaseReturned):
            self.returns[event.fact_id] = event
            touched.add(event.fact_id)
        elif isinstance(event, PointsAccrued | PointsReversed):
            last = self.points[event.fact_id].get(event.point_type)
            if last is None or last.revision < event.revision:
                self.points[event.fact_id][event.point_type] = event
                touched.add(event.fact_id)
        return self._evaluate(touched, now)

    def timeline(self) -> list[Interval]:
        return [interval(each, self.programme) for each in self.standing.told]

    def _enrolled(self, at: datetime) -> None:
        self.enrolled_at = at

    def _evaluate(self, touched: set[FactId], now: datetime) -> Sequence[Event]:
        if self.enrolled_at is None:
            return ()
        zone = self.programme.zone
        version = Version(self.ladder, zone, history(self._heard_of(), self.ladder, zone))
        found = evaluate(Grounds(self.enrolled_at, (version,)), self.standing, touched)
        if found is None:
            return ()
        self.standing = replace(self.standing, seq=found.seq, told=found.told)
        return [self._changed(found, now)] if found.says else ()

    def _heard_of(self) -> Heard:
        purchases = [
            Fact(
                p.occurred_at,
                p.fact_id,
                sum(line.net_minor for line in p.lines),
                1,
                self._heard(p.fact_id),
            )
            for p in self.purchases.values()
        ]
        returns = [
            HeardReturn(
                r.fact_id,
                r.purchase_fact_id,
                r.occurred_at,
                max(r.occurred_at, r.purchase_occurred_at),
                tuple(Taken(one.line_id, one.quantity, one.refund_minor) for one in r.lines),
                self._lines(r.purchase_fact_id),
                self._heard(r.fact_id),
            )
            for r in self.returns.values()
        ]
        return Heard(purchases, returns)

    def _heard(self, fact_id: FactId) -> dict[str, int]:
        return {kind: event.points for kind, event in self.points[fact_id].items()}

    def _lines(self, fact_id: FactId) -> tuple[Line, ...]:
        known = self.purchases.get(fact_id)
        lines = known.lines if known else ()
        return tuple(Line(line.line_id, line.quantity, line.net_minor) for line in lines)

    def _changed(self, found: Evaluation, now: datetime) -> TierChanged:
        said = [interval(each, self.programme) for each in found.says]
        ranks = [self.programme.base, *(each.tier for each in self.programme.rungs)]
        return TierChanged(
            event_id=EventId(f"tier:{found.seq}"),
            member_id=MemberId(MEMBER),
            occurred_at=said[0].from_at,
            recorded_at=now,
            version="1",
            ladder=self.programme.name,
            seq=found.seq,
            from_at=said[0].from_at,
            intervals=tuple(
                TierInterval(
                    tier=each.tier,
                    rank=ranks.index(each.tier),
                    ordinal=each.ordinal,
                    from_at=each.from_at,
                    to_at=each.to_at,
                    reason="test",
                )
                for each in said
            ),
        )
