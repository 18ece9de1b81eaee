"""Set points aside."""

from chassis.tx import Conflict, Tx
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.holds import TOMBSTONE, Hold, HoldAsk, place, same_or_refuse
from points_svc.domain.refusals import HoldReleased, NameReused
from points_svc.handlers.demand_active import demand_active
from points_svc.handlers.demand_burnable import demand_burnable
from points_svc.handlers.lock_account import lock_account
from points_svc.handlers.open_book import open_book
from points_svc.handlers.post_books import post_books
from points_svc.store import holds


async def hold_points(tx: Tx, ask: HoldAsk) -> tuple[Hold, bool]:
    """Set points aside from their lots; answers the hold, and whether this request had placed it
    before.

    Refusals: MemberNotFound, MemberSuspended, MemberBanned, MemberClosed, PointTypeNotBurnable,
    PointsInsufficient, HoldReleased, NameReused.
    """
    account = await lock_account(tx, ask.member_id, ask.point_type)
    placed = await holds.find_hold(tx, ask.member_id, ask.hold_id, ask.source)
    if placed and placed.state == TOMBSTONE:
        raise HoldReleased
    if placed:
        return same_or_refuse(placed, ask), True
    if await holds.find_burn(tx, ask.member_id, ask.hold_id, ask.source):
        raise NameReused
    await demand_active(tx, ask.member_id)
    rules = await demand_burnable(tx, ask.point_type)
    books, book = await open_book(tx, account, rules=rules)
    hold = place(book, ask, _why(tx, ask))
    book.close_spent()
    if not await holds.keep_hold(tx, hold):
        raise Conflict("the hold's name was taken meanwhile")
    await post_books(tx, books)
    return hold, False


def _why(tx: Tx, ask: HoldAsk) -> DecisionBasis:
    return DecisionBasis(tx.cause.actor, tx.cause.request_id, ask.hold_id, ask.purpose)
