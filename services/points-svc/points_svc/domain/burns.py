"""Burns: points leave their lots for a purpose, and come back to the same lots when the burn is
cancelled (P9).

    (unseen) ── burn ──► burned ── cancel ──► cancelled
        └─ cancel ─► tombstone
"""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.events.points import BurnCancelled as BurnCancelledEvent
from contracts.events.points import PointsBurned
from contracts.ids import BurnId
from points_svc.domain.basis import DecisionBasis, Portion, packed
from points_svc.domain.books import Book, said
from points_svc.domain.extension import lengthen
from points_svc.domain.lots import draw, sum_of
from points_svc.domain.moments import moment_id
from points_svc.domain.postings import AVAILABLE, BURN, Movement
from points_svc.domain.refusals import NameReused, PointsInsufficient
from points_svc.domain.settling import expire_ended, return_points

BURNED, CANCELLED, TOMBSTONE = "burned", "cancelled", "tombstone"


@dataclass(frozen=True)
class BurnAsk:
    """What a caller asks to burn at once, under the name they chose. `source` is their channel:
    the name is its own.
    """

    member_id: str
    burn_id: str
    point_type: str
    points: int
    purpose: str
    source: str


@dataclass(frozen=True)
class Burn:
    """Points burned, with the lots they came from. The burn of a captured hold bears the hold's id.

    A tombstone burned nothing and refuses its id.
    """

    member_id: str
    burn_id: str
    point_type: str
    state: str
    points: int
    purpose: str
    hold_id: str | None
    source: str
    lots: tuple[Portion, ...]
    burned_at: datetime
    cancelled_at: datetime | None = None

    def is_for(self, ask: BurnAsk) -> bool:
        """Whether it is what was asked: the same request, said again."""
        mine = (self.point_type, self.points, self.purpose, self.hold_id)
        return mine == (ask.point_type, ask.points, ask.purpose, None)


def same_or_refuse(burn: Burn, ask: BurnAsk) -> Burn:
    """The burn that this request made before. Refusals: NameReused."""
    if not burn.is_for(ask):
        raise NameReused
    return burn


def burn_now(book: Book, ask: BurnAsk, basis: DecisionBasis) -> Burn:
    """Burn points of the lots that count now, in burn order. Refusals: PointsInsufficient."""
    if ask.points > book.available:
        raise PointsInsufficient(asked=ask.points, available=book.available)
    portions = draw(book.lots.values(), ask.points, book.now)
    assert sum_of(portions) == ask.points, "what is available is what the lots hold"
    fact_id = moment_id(book.now, "burn", ask.source, ask.burn_id)
    posting = book.post(
        Movement("burn", AVAILABLE, BURN, ask.points, fact_id, book.now, basis=packed(basis)),
        portions,
    )
    book.say(
        PointsBurned(
            **said(book, posting.posting_id, book.now),
            points=ask.points,
            burn_id=BurnId(ask.burn_id),
            purpose=ask.purpose,
        )
    )
    return Burn(
        ask.member_id,
        ask.burn_id,
        ask.point_type,
        BURNED,
        ask.points,
        ask.purpose,
        None,
        ask.source,
        tuple(portions),
        book.now,
    )


def cancel(
    book: Book, burn: Burn, basis: DecisionBasis, courtesy_until: datetime | None = None
) -> Burn:
    """Give a burn's points back to the same lots with the expiry they had; what belongs to a lot
    whose time is over lives on until the end of the courtesy period, or expires at once (P9).
    """
    assert burn.state == BURNED, "a burn is cancelled once"
    fact_id = moment_id(book.now, "cancel", burn.source, burn.burn_id)
    move = Movement("cancel", BURN, AVAILABLE, burn.points, fact_id, book.now, basis=packed(basis))
    posting = return_points(book, move, burn.lots)
    if courtesy_until is not None:
        for portion in burn.lots:
            lot = book.lots[portion.lot_id]
            if lot.remaining and lot.has_ended(book.now):
                lengthen(book, lot, courtesy_until, "courtesy")
    expire_ended(book, burn.lots, move.occurred_at)
    book.say(
        BurnCancelledEvent(
            **said(book, posting.posting_id, book.now),
            points=burn.points,
            burn_id=BurnId(burn.burn_id),
        )
    )
    return replace(burn, state=CANCELLED, cancelled_at=book.now)


def tombstone(book: Book, burn_id: str, source: str) -> Burn:
    """What a cancel leaves for a burn that was never seen: it refuses the late burn."""
    event_id = moment_id(book.now, "tombstone-burn", book.member_id, source, burn_id)
    book.say(
        BurnCancelledEvent(**said(book, event_id, book.now), points=0, burn_id=BurnId(burn_id))
    )
    return Burn(
        book.member_id,
        burn_id,
        book.point_type,
        TOMBSTONE,
        0,
        "",
        None,
        source,
        (),
        book.now,
        book.now,
    )
