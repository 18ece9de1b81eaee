"""Burn what was held."""

from chassis.tx import Conflict, Tx
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.holds import CAPTURED, OPEN, TOMBSTONE, Hold, capture
from points_svc.domain.refusals import BurnCancelled, HoldNotFound, HoldNotOpen
from points_svc.handlers.lock_account import lock_account
from points_svc.handlers.open_book import open_book
from points_svc.handlers.post_books import post_books
from points_svc.store import holds


async def capture_hold(
    tx: Tx, member_id: str, hold_id: str, points: int | None, source: str
) -> tuple[Hold, bool]:
    """Burn `points` of a channel's hold (None: all of it) and give the rest back; answers the hold,
    and whether this capture had ended it before.

    Refusals: HoldNotFound, HoldNotOpen, CaptureExceedsHold, BurnCancelled.
    """
    seen = await holds.find_hold(tx, member_id, hold_id, source)
    if seen is None:
        raise HoldNotFound
    if seen.state == TOMBSTONE:
        raise HoldNotOpen(state=seen.state_at(tx.now))
    account = await lock_account(tx, member_id, seen.point_type)
    hold = await holds.find_hold(tx, member_id, hold_id, source)
    assert hold is not None, "a hold is never removed"
    asked = hold.points if points is None else points
    if hold.state == CAPTURED and hold.captured == asked:
        return hold, True
    if hold.state_at(tx.now) != OPEN:
        raise HoldNotOpen(state=hold.state_at(tx.now))
    books, book = await open_book(tx, account, hold.lots)
    why = DecisionBasis(tx.cause.actor, tx.cause.request_id, hold_id, hold.purpose)
    captured, burn = capture(book, hold, asked, why)
    book.close_spent()
    await holds.end_holds(tx, [captured])
    if not await holds.keep_burn(tx, burn):
        if await holds.find_burn(tx, member_id, hold_id, source):
            raise BurnCancelled
        raise Conflict("the burn's name was taken meanwhile")
    await post_books(tx, books)
    return captured, False
