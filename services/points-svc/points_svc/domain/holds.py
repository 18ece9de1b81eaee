"""Holds: points set aside until they are captured, released or their time is over (P8).

(unseen) ── place ──► open ── capture ──► captured
    │                  ├───── release ──► released
    └─ release ─► tombstone    └─ lapse ──► lapsed
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.events.points import HoldCaptured, HoldLapsed, HoldReleased, PointsBurned, PointsHeld
from contracts.ids import BurnId, HoldId
from points_svc.domain.basis import DecisionBasis, Portion, packed
from points_svc.domain.books import Book, said
from points_svc.domain.burns import Burn
from points_svc.domain.lots import draw, first_of, rest_of, sum_of
from points_svc.domain.moments import moment_id
from points_svc.domain.passing import let_time_pass
from points_svc.domain.postings import AVAILABLE, BURN, HELD, Movement
from points_svc.domain.refusals import (
    CaptureExceedsHold,
    HoldNotOpen,
    NameReused,
    PointsInsufficient,
)
from points_svc.domain.settling import give_back

OPEN, CAPTURED, RELEASED, LAPSED, TOMBSTONE = "open", "captured", "released", "lapsed", "tombstone"


@dataclass(frozen=True)
class HoldAsk:
    """What a caller asks to set aside, under the name they chose. `source` is their channel: the
    name is its own.
    """

    member_id: str
    hold_id: str
    point_type: str
    points: int
    purpose: str
    lapse_after_s: int
    source: str


@dataclass(frozen=True)
class Hold:
    """Points set aside, with the lots they came from in burn order. A tombstone holds nothing and
    refuses its id.
    """

    member_id: str
    hold_id: str
    point_type: str
    state: str
    points: int
    captured: int
    purpose: str
    lapse_after_s: int
    source: str
    lots: tuple[Portion, ...]
    placed_at: datetime
    lapses_at: datetime
    ended_at: datetime | None = None

    def state_at(self, at: datetime) -> str:
        """Its state as callers see it: lapsed from `lapses_at` on, whether or not the job has
        run.
        """
        if self.state == TOMBSTONE:
            return RELEASED
        return LAPSED if self.has_lapsed(at) else self.state

    def has_lapsed(self, at: datetime) -> bool:
        """Whether it is open by its row, but its time is over at `at`."""
        return self.state == OPEN and self.lapses_at <= at

    def lapsed(self) -> "Hold":
        """As it stands once its time is over."""
        return replace(self, state=LAPSED, ended_at=self.lapses_at)

    def is_for(self, ask: HoldAsk) -> bool:
        """Whether it is what was asked: the same request, said again."""
        mine = (self.point_type, self.points, self.purpose, self.lapse_after_s)
        return mine == (ask.point_type, ask.points, ask.purpose, ask.lapse_after_s)


def same_or_refuse(hold: Hold, ask: HoldAsk) -> Hold:
    """The hold that this request placed before. Refusals: NameReused."""
    if not hold.is_for(ask):
        raise NameReused
    return hold


def by_account(holds: Iterable[Hold]) -> defaultdict[tuple[str, str], list[Hold]]:
    """Holds by member and point type; of others there are none."""
    found: defaultdict[tuple[str, str], list[Hold]] = defaultdict(list)
    for hold in holds:
        found[hold.member_id, hold.point_type].append(hold)
    return found


def settle(book: Book, holds: Iterable[Hold]) -> list[Hold]:
    """Judge the account now: give back the holds whose time is over, then let what waits become
    available and what has ended expire. Answers the lapsed holds.
    """
    due = sorted(
        (h for h in holds if h.has_lapsed(book.now)),
        key=lambda h: (h.lapses_at, h.hold_id, h.source),
    )
    lapsed = [_lapse(book, hold) for hold in due]
    let_time_pass(book)
    return lapsed


def place(book: Book, ask: HoldAsk, basis: DecisionBasis) -> Hold:
    """Set points aside from the lots that count now, in burn order. Refusals:
    PointsInsufficient.
    """
    if ask.points > book.available:
        raise PointsInsufficient(asked=ask.points, available=book.available)
    portions = draw(book.lots.values(), ask.points, book.now)
    assert sum_of(portions) == ask.points, "what is available is what the lots hold"
    fact_id = moment_id(book.now, "hold", ask.source, ask.hold_id)
    move = Movement("hold", AVAILABLE, HELD, ask.points, fact_id, book.now, basis=packed(basis))
    posting = book.post(move, portions)
    hold = Hold(
        ask.member_id,
        ask.hold_id,
        ask.point_type,
        OPEN,
        ask.points,
        0,
        ask.purpose,
        ask.lapse_after_s,
        ask.source,
        tuple(portions),
        book.now,
        book.now + timedelta(seconds=ask.lapse_after_s),
    )
    book.say(
        PointsHeld(
            **said(book, posting.posting_id, book.now),
            points=hold.points,
            hold_id=HoldId(hold.hold_id),
            purpose=hold.purpose,
            lapses_at=hold.lapses_at,
        )
    )
    return hold


def capture(book: Book, hold: Hold, points: int, basis: DecisionBasis) -> tuple[Hold, Burn]:
    """Burn `points` of a hold, the first of its lots first; the rest goes back to its lots.

    Refusals: HoldNotOpen, CaptureExceedsHold.
    """
    _demand_open(hold, book.now)
    if points > hold.points:
        raise CaptureExceedsHold(asked=points, held=hold.points)
    fact_id = moment_id(book.now, "capture", hold.source, hold.hold_id)
    posting = book.post(
        Movement("capture", HELD, BURN, points, fact_id, book.now, basis=packed(basis)),
        shares=first_of(hold.lots, points),
    )
    if points < hold.points:
        rest = Movement(
            "release", HELD, AVAILABLE, hold.points - points, fact_id, book.now, basis=packed(basis)
        )
        give_back(book, rest, rest_of(hold.lots, points))
    hold_id = HoldId(hold.hold_id)
    book.say(
        HoldCaptured(
            **said(book, posting.posting_id, book.now),
            points=points,
            hold_id=hold_id,
            released=hold.points - points,
        )
    )
    book.say(
        PointsBurned(
            **said(book, f"{posting.posting_id}.burn", book.now),
            points=points,
            burn_id=BurnId(hold_id),
            purpose=hold.purpose,
            hold_id=hold_id,
        )
    )
    burn = Burn(
        hold.member_id,
        hold.hold_id,
        hold.point_type,
        "burned",
        points,
        hold.purpose,
        hold.hold_id,
        hold.source,
        tuple(first_of(hold.lots, points)),
        book.now,
    )
    return replace(hold, state=CAPTURED, captured=points, ended_at=book.now), burn


def release(book: Book, hold: Hold, basis: DecisionBasis) -> Hold:
    """Give a hold back whole. Refusals: HoldNotOpen."""
    _demand_open(hold, book.now)
    fact_id = moment_id(book.now, "release", hold.source, hold.hold_id)
    move = Movement("release", HELD, AVAILABLE, hold.points, fact_id, book.now, basis=packed(basis))
    posting_id = give_back(book, move, hold.lots)
    book.say(
        HoldReleased(
            **said(book, posting_id, book.now), points=hold.points, hold_id=HoldId(hold.hold_id)
        )
    )
    return replace(hold, state=RELEASED, ended_at=book.now)


def tombstone(book: Book, hold_id: str, source: str) -> Hold:
    """What a release leaves for a hold that was never seen: it refuses the late hold."""
    event_id = moment_id(book.now, "tombstone", book.member_id, source, hold_id)
    book.say(HoldReleased(**said(book, event_id, book.now), points=0, hold_id=HoldId(hold_id)))
    return Hold(
        book.member_id,
        hold_id,
        book.point_type,
        TOMBSTONE,
        0,
        0,
        "",
        0,
        source,
        (),
        book.now,
        book.now,
        book.now,
    )


def _lapse(book: Book, hold: Hold) -> Hold:
    fact_id = moment_id(hold.lapses_at, "lapse", hold.source, hold.hold_id)
    posting_id = give_back(
        book, Movement("lapse", HELD, AVAILABLE, hold.points, fact_id, hold.lapses_at), hold.lots
    )
    book.say(
        HoldLapsed(
            **said(book, posting_id, hold.lapses_at),
            points=hold.points,
            hold_id=HoldId(hold.hold_id),
        )
    )
    return hold.lapsed()


def _demand_open(hold: Hold, at: datetime) -> None:
    state = hold.state_at(at)
    if state != OPEN:
        raise HoldNotOpen(state=state)
