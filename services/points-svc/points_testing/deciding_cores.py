"""Decisions about the ledger in memory, wired as the handlers wire them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from contracts.events.base import Event
from contracts.events.members import MemberStatusChanged, SegmentEvent
from contracts.events.purchases import ActivityRecorded, PurchaseRecorded, PurchaseReturned
from contracts.events.tiers import TierChanged
from contracts.refusal import Refusal
from points_svc.domain import adjustments, burns, extension, holds, transfers
from points_svc.domain.adjustments import AdjustmentAsk
from points_svc.domain.books import Book, Books
from points_svc.domain.extension import ExtensionAsk
from points_svc.domain.move_refusals import RecipientNotFound
from points_svc.domain.programme import PointsProgramme
from points_svc.domain.refusals import (
    HoldNotOpen,
    LotNotFound,
    MemberClosed,
    MemberSuspended,
    ShortfallSettled,
)
from points_svc.domain.second_person import (
    WaitingAdjustment,
    demand_second_person,
    lapses_at,
    needs_second_person,
    waiting,
)
from points_svc.domain.shortfalls import take_after_all
from points_svc.domain.wall_time import add_days
from points_testing.cores import BURNABLE, Hearing
from points_testing.ledger import WHY
from points_testing.whole_events import HEARD, event_of
from points_testing.whole_steps import Step


class Deciding(Hearing):
    """What members and their staff decide; a refusal is raised."""

    def __init__(self, settings: PointsProgramme, document: dict[str, Any], now: datetime) -> None:
        super().__init__(settings, document, now)
        self.burned: dict[str, burns.Burn] = {}
        self.status: dict[str, str] = {}
        self.waiting: dict[str, WaitingAdjustment] = {}
        self.settled: dict[str, str] = {}
        self.revision = 0
        self.enrolled_at = now

    def active(self, member: str) -> None:
        status = self.status.get(member, "active")
        if status == "suspended":
            raise MemberSuspended
        if status != "active":
            raise MemberClosed(member_status=status)

    def judged(self, member: str) -> Book:
        book = self.book(member)
        self.judge(book)
        return book

    def burn(self, name: str, member: str, points: int) -> None:
        self.active(member)
        ask = burns.BurnAsk(member, name, BURNABLE, points, "test", "till")
        self.burned[name] = burns.burn_now(self.judged(member), ask, WHY)

    def hold(self, name: str, member: str, points: int, lapse_after_s: int) -> None:
        self.active(member)
        ask = holds.HoldAsk(member, name, BURNABLE, points, "test", lapse_after_s, "till")
        self.holds[name] = holds.place(self.judged(member), ask, WHY)

    def capture(self, name: str, points: int) -> None:
        hold = self.holds[name]
        if (hold.state, hold.captured) == (holds.CAPTURED, points):
            return
        if hold.state_at(self.now) != holds.OPEN:
            raise HoldNotOpen(state=hold.state_at(self.now))
        book = self.judged(hold.member_id)
        self.holds[name], self.burned[name] = holds.capture(book, hold, points, WHY)

    def release(self, name: str) -> None:
        hold = self.holds[name]
        if hold.state == holds.RELEASED:
            return
        if hold.state_at(self.now) != holds.OPEN:
            raise HoldNotOpen(state=hold.state_at(self.now))
        self.holds[name] = holds.release(self.judged(hold.member_id), hold, WHY)

    def cancel(self, name: str) -> None:
        book = self.judged(self.burned[name].member_id)
        self.burned[name] = self.cancel_in(book, name)

    def cancel_in(self, book: Book, name: str) -> burns.Burn:
        burn, rules = self.burned[name], self.rules.in_force(self.now)
        if burn.state != burns.BURNED:
            return burn
        rule = rules.of(BURNABLE)
        assert rule is not None
        days = rule.terms.courtesy_days
        until = add_days(self.now, days, rules.zone) if days else None
        return burns.cancel(book, burn, WHY, until)

    def adjust(self, name: str, member: str, points: int) -> None:
        ask = AdjustmentAsk(member, BURNABLE, points, "test", "goodwill", "staff")
        terms = self.settings.adjustments
        if terms is not None and needs_second_person(ask, terms):
            until = lapses_at(terms, self.now, self.rules.in_force(self.now).zone)
            self.waiting[name] = waiting(ask, name, "key:staff", self.now, until)
        else:
            self._adjust(ask)

    def _adjust(self, ask: AdjustmentAsk) -> None:
        book = self.judged(ask.member_id)
        adjustments.adjust(book, ask, self.rules.in_force(self.now), WHY)

    def decide(self, name: str, verdict: str, *, by_another: bool) -> None:
        one, by = self.waiting[name], "key:finance" if by_another else "key:staff"
        if (one.state, one.decided_by) == (verdict, by):
            return
        demand_second_person(one, by, self.now)
        if verdict == "posted":
            self._adjust(one.ask)
        self.waiting[name] = one.decided(verdict, by, self.now)

    def transfer(self, name: str, member: str, to: str, points: int, *, stepped_up: bool) -> None:
        self.active(member)
        if self.status.get(to) == "closed":
            raise RecipientNotFound
        rules = self.rules.in_force(self.now)
        step_up = "a stronger check" if stepped_up else ""
        ask = transfers.TransferAsk(member, name, to, BURNABLE, points, "", step_up, "till")
        giver, receiver = self.judged(member), self.judged(to)
        rule = rules.of(BURNABLE)
        assert rule is not None
        transfers.transfer(giver, receiver, ask, rule.terms.maximum_balance, WHY)

    def extend(self, member: str, lot_id: str, days: int) -> None:
        book, zone = self.judged(member), self.rules.in_force(self.now).zone
        if lot_id not in book.lots:
            raise LotNotFound
        held = sum(
            portion.points
            for hold in self.holds.values()
            if hold.member_id == member and hold.state == holds.OPEN
            for portion in hold.lots
            if portion.lot_id == lot_id
        )
        ask = ExtensionAsk(member, lot_id, BURNABLE, None, days, "test", "goodwill")
        extension.extend(book, ask, held, zone, WHY)

    def reinstate(self, member: str, lot_id: str, days: int) -> None:
        book, zone = self.judged(member), self.rules.in_force(self.now).zone
        if lot_id not in book.lots:
            raise LotNotFound
        ask = ExtensionAsk(member, lot_id, BURNABLE, None, days, "test", "goodwill")
        extension.reinstate(book, ask, zone, WHY)

    def settle(self, member: str, point_type: str, fact_id: str, nth: int, state: str) -> None:
        book = self.book(member, point_type)
        opened = [p for p in book.postings if (p.kind, p.fact_id) == ("review", fact_id)]
        name = f"{fact_id}.{opened[nth].part}"
        before = self.settled.get(name, "open")
        if before not in {"open", state}:
            raise ShortfallSettled(state=before)
        if before == "open" and state == "owed":
            self.judge(book)
            take_after_all(book, opened[nth].points, name, WHY)
        self.settled[name] = state

    def standing_shortfalls(self) -> list[int]:
        """The points of those that nobody has settled."""
        return sorted(
            row.points
            for book in self.books.all()
            for row in book.postings
            if row.kind == "review" and f"{row.fact_id}.{row.part}" not in self.settled
        )

    def judged_copies(self, keys: list[tuple[str, str]]) -> dict[tuple[str, str], Book]:
        """The accounts as they are answered: judged now, and nothing of that is kept."""
        found = {}
        for member, point_type in keys:
            mine = self.book(member, point_type)
            copied = Books(self.now, "1", [mine.account()]).of(member, point_type)
            copied.load(mine.lots.values())
            self.presence(copied)
            holds.settle(
                copied,
                [
                    h
                    for h in self.holds.values()
                    if h.member_id == member and h.point_type == point_type
                ],
            )
            found[member, point_type] = copied
        return found

    def do(self, step: Step) -> str:
        """One step at its moment; answers the code of the refusal, if it was one."""
        self.at(step.now)
        self.revision += 1
        try:
            if step.verb in HEARD:
                self.hear(event_of(step, self.revision, self.enrolled_at))
            else:
                act: Callable[..., None] = getattr(self, step.verb)
                act(**step.said)
        except Refusal as no:
            return no.code
        return ""

    def hear(self, event: Event) -> None:
        if isinstance(event, PurchaseRecorded):
            self.purchase(event)
        elif isinstance(event, PurchaseReturned):
            self.returned(event)
        elif isinstance(event, ActivityRecorded):
            self.activity(event)
        elif isinstance(event, TierChanged):
            self.tier(event)
        elif isinstance(event, SegmentEvent):
            self.segment(event)
        elif isinstance(event, MemberStatusChanged):
            self.status[event.member_id] = event.status

    def wait(self) -> None:
        """Nothing but time."""
