"""Lots that last longer: by hand, with a reason, or because a burn was cancelled after their end.

The dates of a lot are never edited. Two postings move what stands in it out of its old month and
into the new one, by way of `adjustment`, and say until when it lasts from then on (P2, P9).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from contracts.events.points import PointsAdjusted
from points_svc.domain.basis import DecisionBasis, LotBasis, Portion, packed
from points_svc.domain.books import Book, said
from points_svc.domain.lots import ACTIVATED, FORFEITED, Lot
from points_svc.domain.moments import moment_id
from points_svc.domain.postings import ADJUSTMENT, AVAILABLE, EXPIRY, HELD, PENDING, Movement
from points_svc.domain.refusals import (
    EndNotLater,
    LotEnded,
    LotWithoutEnd,
    NothingExpired,
    NothingLeft,
)
from points_svc.domain.settling import pay_deficit
from points_svc.domain.wall_time import add_days

AHEAD_MAX = timedelta(days=20 * 366)


@dataclass(frozen=True)
class ExtensionAsk:
    """Which lot lasts longer: until an instant, or so many days more (of the programme's zone)."""

    member_id: str
    lot_id: str
    point_type: str
    until: datetime | None
    days: int
    reason: str
    reason_code: str


def extend(book: Book, ask: ExtensionAsk, held: int, zone: ZoneInfo, by: DecisionBasis) -> None:
    """Let what is left of a lot, and the `held` points that came out of it, last longer: `days`
    count from its present end. Refusals: LotWithoutEnd, LotEnded, NothingLeft, EndNotLater.
    """
    lot = book.lots[ask.lot_id]
    if lot.expires_at is None:
        raise LotWithoutEnd
    if lot.has_ended(book.now):
        raise LotEnded
    if not lot.remaining and not held:
        raise NothingLeft
    until = _until(ask, lot.expires_at, book.now, zone)
    if until <= lot.expires_at:
        raise EndNotLater
    lengthen(book, lot, until, "extension", held=held, by=by)


def reinstate(book: Book, ask: ExtensionAsk, zone: ZoneInfo, by: DecisionBasis) -> None:
    """Give back what of a lot was lost to time, and let it last from now on: `days` count from now.
    A deficit is paid first. Refusals: NothingExpired, EndNotLater.
    """
    lot = book.lots[ask.lot_id]
    if not lot.expired:
        raise NothingExpired
    until = None
    if lot.expires_at is not None:
        until = _until(ask, book.now, book.now, zone)
        if until <= book.now:
            raise EndNotLater
    points = lot.expired
    stage = ACTIVATED if lot.stage in {FORFEITED, PENDING} else lot.stage
    basis = LotBasis(lot.lot_id, lot.available_from, lot.expires_at, by)
    fact_id = moment_id(book.now, "reinstatement", lot.lot_id, str(book.seq + 1))
    posting = book.post(
        Movement(
            "reinstatement", EXPIRY, AVAILABLE, points, fact_id, book.now, basis=packed(basis)
        ),
        [Portion(lot.lot_id, -points, expired=-points)],
    )
    book.change_lot(
        replace(
            book.lots[lot.lot_id],
            stage=stage,
            forfeits=False,
            away_since=None,
            counted_from=book.now,
        )
    )
    pay_deficit(book, [lot.lot_id], fact_id)
    if until is not None and until > (lot.expires_at or until):
        lengthen(book, book.lots[lot.lot_id], until, "extension", by=by)
    book.say(
        PointsAdjusted(
            **said(book, posting.posting_id, book.now),
            points=points,
            adjustment_id=posting.fact_id,
            actor=by.actor,
            reason=ask.reason_code,
        )
    )


def lengthen(
    book: Book,
    lot: Lot,
    until: datetime,
    kind: str,
    held: int = 0,
    by: DecisionBasis | None = None,
) -> None:
    """Let a lot last until then, with all that stands in it and the `held` points of it."""
    side = PENDING if lot.is_pending else AVAILABLE
    left = lot.remaining
    basis = packed(LotBasis(lot.lot_id, lot.available_from, until, by))
    fact_id = moment_id(book.now, kind, lot.lot_id, str(book.seq + 1))
    out = Movement(kind, side, ADJUSTMENT, left, fact_id, book.now, basis=basis)
    if left:
        book.post(out, [Portion(lot.lot_id, left)])
    if held:
        of_holds = [Portion(lot.lot_id, held)]
        book.post(replace(out, debit=HELD, points=held), shares=of_holds)
    book.change_lot(replace(book.lots[lot.lot_id], expires_at=until))
    if held:
        back = replace(out, debit=ADJUSTMENT, credit=HELD, points=held)
        book.post(back, shares=[Portion(lot.lot_id, held)])
    if left:
        book.post(replace(out, debit=ADJUSTMENT, credit=side), [Portion(lot.lot_id, -left)])


def _until(ask: ExtensionAsk, since: datetime, now: datetime, zone: ZoneInfo) -> datetime:
    until = ask.until or add_days(since, ask.days, zone)
    if until > now + AHEAD_MAX:
        raise EndNotLater
    return until
