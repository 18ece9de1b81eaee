"""The ledger of some members in memory, by what is asked of it: the pure cores, wired as the
handlers wire them. Nothing is stored, so thousands of steps take seconds.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from contracts.events.members import SegmentEntered, SegmentEvent
from contracts.events.purchases import ActivityRecorded, PurchaseRecorded, PurchaseReturned
from contracts.events.tiers import TierChanged
from points_svc.domain import accrual, awaiting, holds
from points_svc.domain.allowances import Left
from points_svc.domain.basis import AccrualBasis, unpacked
from points_svc.domain.books import Book, Books
from points_svc.domain.facts import Back, Purchased, Returned
from points_svc.domain.presence import Presence
from points_svc.domain.programme import PointsProgramme
from points_svc.domain.publication import compiled
from points_svc.domain.rerating import Due, bring_to_target, is_short
from points_svc.domain.rules import RuleBook, Rules
from points_svc.domain.rules_document import RulesDocument
from points_svc.domain.segments import Heard
from points_svc.domain.standings import Standing
from points_svc.domain.targets import Posted
from points_svc.domain.tiers import Timeline, hear, rating_tier

Key = tuple[str, str]
BURNABLE = "points"


class KnownFacts:
    """What was heard, and the books that it is posted in."""

    def __init__(self, settings: PointsProgramme, document: dict[str, Any], now: datetime) -> None:
        self.settings = settings
        self.rules = RuleBook.of([self.version(1, None, document)])
        self.books = Books(now, "1")
        self.accrued: dict[tuple[str, str], Purchased] = {}
        self.returns: dict[str, dict[str, Returned]] = {}
        self.named: dict[str, list[ActivityRecorded]] = {}
        self.timelines: dict[str, Timeline] = {}
        self.segments: dict[str, list[Heard]] = {}
        self.firsts: dict[str, tuple[datetime, str]] = {}
        self.holds: dict[str, holds.Hold] = {}
        self.posted: dict[tuple[str, str], Posted] = {}
        self.read: dict[Key, int] = {}

    @property
    def now(self) -> datetime:
        return self.books.now

    def at(self, now: datetime) -> None:
        self.books.now = now
        for book in self.books.all():
            book.now = now

    def version(self, number: int, begins: datetime | None, document: dict[str, Any]) -> Rules:
        return compiled(number, begins, RulesDocument.model_validate(document), self.settings)

    def book(self, member: str, point_type: str = BURNABLE) -> Book:
        return self.books.of(member, point_type)

    def books_of(self, member: str) -> list[Book]:
        return [self.book(member, point_type) for point_type in self.rules.point_types()]

    def standing(self, member: str) -> Standing:
        ladders = {"main": self.timelines[member]} if member in self.timelines else {}
        return Standing(ladders, self.segments.get(member, ()), self.firsts.get(member))

    def presence(self, book: Book) -> None:
        """As whoever judges an account looks it up."""
        if book.point_type in self.rules.forgetting:
            facts = [f for f in self.accrued.values() if f.member_id == book.member_id]
            came = sorted({fact.occurred_at for fact in facts})
            book.presence = Presence(came, self.rules, book.point_type)

    def judge(self, book: Book) -> None:
        """As whoever decides about an account opens it."""
        self.presence(book)
        key = (book.member_id, book.point_type)
        mine = [h for h in self.holds.values() if (h.member_id, h.point_type) == key]
        for hold in holds.settle(book, mine):
            self.holds[hold.hold_id] = hold

    def terms(self, *, is_recording: bool = False) -> accrual.Terms:
        is_limited = any(rule.is_limited for v in self.rules.versions for rule in v.points)
        left = Left() if is_recording and is_limited else None
        return accrual.Terms(self.rules, self.settings.shortfall, left)

    def read_totals(self) -> None:
        """What each fact stands at by the postings that came since."""
        for book in self.books.all():
            key = (book.member_id, book.point_type)
            for row in book.postings[self.read.get(key, 0) :]:
                if row.revision:
                    sign = (row.debit == "issuance") - (row.credit == "issuance")
                    so_far = self.posted.get((row.fact_id, row.point_type), Posted(0, 0))
                    sign = sign if (row.fact_id, row.point_type) in self.accrued else -sign
                    self.posted[row.fact_id, row.point_type] = Posted(
                        so_far.points + sign * row.points, max(so_far.revision, row.revision)
                    )
            self.read[key] = len(book.postings)


class Hearing(KnownFacts):
    """What is heard."""

    def purchase(self, event: PurchaseRecorded) -> None:
        member, key = event.member_id, (event.occurred_at, event.fact_id)
        before = self.firsts.get(member)
        self.firsts[member] = min(before or key, key)
        self._judge_first(member)
        standing = self.standing(member)
        told = rating_tier(standing.ladders, event.occurred_at)
        self._accrue(accrual.purchased(event, told, self.rules, standing))
        for one in self._naming(event.fact_id):
            self._heed(one)
        if before and key < before:
            self._rerate(member, [before[1]])

    def activity(self, event: ActivityRecorded) -> None:
        self._judge_first(event.member_id)
        standing = self.standing(event.member_id)
        self._accrue(accrual.performed(event, standing, self.rules))
        if event.purchase_fact_id:
            self.named.setdefault(event.purchase_fact_id, []).append(event)
            self._heed(event)

    def returned(self, event: PurchaseReturned) -> None:
        lines = tuple(Back(one.line_id, one.quantity, one.refund_minor) for one in event.lines)
        back = Returned(event.purchase_fact_id, event.fact_id, event.occurred_at, lines)
        self.returns.setdefault(event.purchase_fact_id, {})[event.fact_id] = back
        self._rerate(event.member_id, [event.purchase_fact_id])

    def tier(self, event: TierChanged) -> None:
        member = event.member_id
        self.timelines[member] = hear(self.timelines.get(member, ()), event)
        self._rerate(member, {fact_id for fact_id, _ in self.accrued})

    def segment(self, event: SegmentEvent) -> None:
        member, is_in = event.member_id, isinstance(event, SegmentEntered)
        heard = Heard(event.segment, event.occurred_at, event.seq, is_in)
        self.segments.setdefault(member, []).append(heard)
        self._rerate(member, {fact_id for fact_id, _ in self.accrued})

    def publish(self, document: dict[str, Any]) -> None:
        number = len(self.rules.versions) + 1
        self.rules = RuleBook.of([*self.rules.versions, self.version(number, self.now, document)])
        touched = set()
        for key, fact in self.accrued.items():
            rules = self.rules.in_force(fact.occurred_at)
            if rules is not fact.rules:
                self.accrued[key] = fact._replace(rules=rules)
                touched.add((fact.member_id, fact.fact_id))
        for member in sorted({member for member, _ in touched}):
            self._rerate(member, [fact_id for who, fact_id in touched if who == member])

    def sweep(self) -> None:
        """Every job, once."""
        for book in self.books.all():
            self.judge(book)

    def _judge_first(self, member: str) -> None:
        for book in self.books_of(member):
            if book.deficit or book.point_type in self.rules.bounded:
                self.judge(book)

    def _accrue(self, fact: Purchased) -> None:
        for rule in fact.brings():
            self.accrued[fact.fact_id, rule.point_type] = fact
        backs = list(self.returns.get(fact.fact_id, {}).values())
        accrual.accrue(self.books, fact, backs, self.terms(is_recording=True))
        for rule in fact.brings():
            opened = [
                row
                for row in self.book(fact.member_id, rule.point_type).postings
                if (row.fact_id, row.kind) == (fact.fact_id, "accrual")
            ]
            allowed = unpacked(opened[0].basis or b"", AccrualBasis).allowed
            within = fact._replace(basis=replace(fact.basis, allowed=allowed))
            self.accrued[fact.fact_id, rule.point_type] = within

    def _rerate(self, member: str, fact_ids: Iterable[str]) -> None:
        self.read_totals()
        wanted = set(fact_ids)
        due = [
            Due.of(
                fact,
                point_type,
                self.standing(member),
                list(self.returns.get(fact_id, {}).values()),
                self.posted,
            )
            for (fact_id, point_type), fact in self.accrued.items()
            if fact_id in wanted and fact.member_id == member
        ]
        short = [one for one in due if self._is_short(one)]
        for one in short:
            self.judge(self.book(member, one.point_type))
        for one in sorted(due, key=lambda d: (d.purchase.occurred_at, d.purchase.fact_id)):
            bring_to_target(self.books, one, self.terms())

    def _is_short(self, due: Due) -> bool:
        book = self.book(due.purchase.member_id, due.point_type)
        return is_short(self.books, due) or any(lot.is_due(self.now) for lot in book.lots.values())

    def _naming(self, fact_id: str) -> Sequence[ActivityRecorded]:
        return sorted(self.named.get(fact_id, ()), key=lambda a: (a.occurred_at, a.fact_id))

    def _heed(self, one: ActivityRecorded) -> None:
        for book in self.books_of(one.member_id):
            awaiting.heed(book, str(one.purchase_fact_id), one.kind, one.fact_id, one.occurred_at)
