"""Burn what was held."""

from chassis.tx import Conflict, Tx
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.holds import CAPTURED, OPEN, Hold, capture
from points_svc.domain.refusals import BurnCancelled, HoldNotFound, HoldNotOpen
from points_svc.handlers.open_book import open_book
from points_svc.handlers.post_books import post_books
from points_svc.store import accounts, grounds, holds


async def capture_hold(
    tx: Tx, member_id: str, hold_id: str, points: int | None, source: str
) -> tuple[Hold, bool]:
    """Burn `points` of a channel's hold (None: all of it) and give the rest back; answers the hold,
    and whether this capture had ended it before.

    Refusals: HoldNotFound, HoldNotOpen, CaptureExceedsHold, BurnCancelled.
    """
    account = await accounts.lock_held_account(tx, member_id, hold_id, source)
    ground = await grounds.hold_ground(tx, member_id, hold_id, source)
    hold = ground.hold
    if hold is None:
        raise HoldNotFound
    asked = hold.points if points is None else points
    if hold.state == CAPTURED and hold.captured == asked:
        return hold, True
    if hold.state_at(tx.now) != OPEN:
        raise HoldNotOpen(state=hold.state_at(tx.now))
    if account is None:
        raise Conflict("the hold was placed meanwhile")
    books, book = await open_book(
        tx, account, ground.rules, taking=0, returning=hold.lots, ending=hold.points
    )
    why = DecisionBasis(tx.cause.actor, tx.cause.request_id, hold_id, hold.purpose, source=source)
    captured, burn = capture(book, hold, asked, why)
    if ground.has_burn:
        raise BurnCancelled
    book.close_spent()
    await post_books(tx, books, [holds.ending_holds([captured]), holds.keeping_burn(burn)])
    return captured, False
