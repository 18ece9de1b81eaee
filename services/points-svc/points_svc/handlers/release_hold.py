"""Give back what was held."""

from chassis.tx import Conflict, Tx
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.books import Books
from points_svc.domain.holds import OPEN, RELEASED, Hold, release, tombstone
from points_svc.domain.refusals import HoldNotOpen
from points_svc.domain.rules_document import BURNABLE
from points_svc.handlers.open_book import open_book
from points_svc.handlers.post_books import post_books
from points_svc.store import accounts, grounds, holds, programme


async def release_hold(tx: Tx, member_id: str, hold_id: str, source: str) -> tuple[Hold, bool]:
    """Give a channel's hold back whole; answers it, and whether it was released before. A hold that
    it never placed, of whatever member, leaves a tombstone that refuses it when it comes. Refusals:
    HoldNotOpen.
    """
    account = await accounts.lock_held_account(tx, member_id, hold_id, source)
    ground = await grounds.hold_ground(tx, member_id, hold_id, source)
    hold = ground.hold
    if hold is None:
        return await _bury(tx, member_id, hold_id, source), False
    state = hold.state_at(tx.now)
    if state == RELEASED:
        return hold, True
    if state != OPEN:
        raise HoldNotOpen(state=state)
    if account is None:
        raise Conflict("the hold was placed meanwhile")
    books, book = await open_book(
        tx, account, ground.rules, taking=0, returning=hold.lots, ending=hold.points
    )
    why = DecisionBasis(tx.cause.actor, tx.cause.request_id, hold_id, hold.purpose, source=source)
    released = release(book, hold, why)
    book.close_spent()
    await post_books(tx, books, [holds.ending_holds([released])])
    return released, False


async def _bury(tx: Tx, member_id: str, hold_id: str, source: str) -> Hold:
    version, zone = await programme.standing_now(tx)
    books = Books(tx.now, version, zone=zone)
    hold = tombstone(books.of(member_id, BURNABLE), hold_id, source)
    await post_books(tx, books, [holds.keeping_hold(hold)])
    return hold
