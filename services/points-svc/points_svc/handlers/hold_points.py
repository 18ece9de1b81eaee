"""Set points aside."""

from chassis.tx import Tx
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.holds import TOMBSTONE, Hold, HoldAsk, place, same_or_refuse
from points_svc.domain.member_status import demand_active
from points_svc.domain.refusals import HoldReleased, NameReused
from points_svc.domain.rules import burnable
from points_svc.handlers.lock_account import lock_account
from points_svc.handlers.open_book import open_book
from points_svc.handlers.post_books import post_books
from points_svc.store import grounds, holds


async def hold_points(tx: Tx, ask: HoldAsk) -> tuple[Hold, bool]:
    """Set points aside from their lots; answers the hold, and whether this request had placed it
    before.

    Refusals: MemberNotFound, MemberSuspended, MemberBanned, MemberClosed, PointTypeNotBurnable,
    PointsInsufficient, HoldReleased, NameReused.
    """
    account = await lock_account(tx, ask.member_id, ask.point_type)
    ground = await grounds.hold_ground(tx, ask.member_id, ask.hold_id, ask.source)
    placed = ground.hold
    if placed and placed.state == TOMBSTONE:
        raise HoldReleased
    if placed:
        return same_or_refuse(placed, ask), True
    if ground.has_burn:
        raise NameReused
    demand_active(ground.status)
    rules = burnable(ground.rules, ask.point_type)
    books, book = await open_book(tx, account, rules, taking=ask.points)
    hold = place(book, ask, _why(tx, ask))
    book.close_spent()
    await post_books(tx, books, [holds.keeping_hold(hold)])
    return hold, False


def _why(tx: Tx, ask: HoldAsk) -> DecisionBasis:
    return DecisionBasis(
        tx.cause.actor, tx.cause.request_id, ask.hold_id, ask.purpose, source=ask.source
    )
