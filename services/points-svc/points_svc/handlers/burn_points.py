"""Burn points at once."""

from chassis.tx import Conflict, Tx
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.burns import TOMBSTONE, Burn, BurnAsk, burn_now, same_or_refuse
from points_svc.domain.refusals import BurnCancelled, NameReused
from points_svc.handlers.demand_active import demand_active
from points_svc.handlers.demand_burnable import demand_burnable
from points_svc.handlers.lock_account import lock_account
from points_svc.handlers.open_book import open_book
from points_svc.handlers.post_books import post_books
from points_svc.store import holds


async def burn_points(tx: Tx, ask: BurnAsk) -> tuple[Burn, bool]:
    """Burn points of the lots that count now; answers the burn, and whether this request had made
    it before.

    Refusals: MemberNotFound, MemberSuspended, MemberBanned, MemberClosed, PointTypeNotBurnable,
    PointsInsufficient, BurnCancelled, NameReused.
    """
    account = await lock_account(tx, ask.member_id, ask.point_type)
    made = await holds.find_burn(tx, ask.member_id, ask.burn_id, ask.source)
    if made and made.state == TOMBSTONE:
        raise BurnCancelled
    if made:
        return same_or_refuse(made, ask), True
    if await holds.find_hold(tx, ask.member_id, ask.burn_id, ask.source):
        raise NameReused
    await demand_active(tx, ask.member_id)
    rules = await demand_burnable(tx, ask.point_type)
    books, book = await open_book(tx, account, rules=rules)
    why = DecisionBasis(tx.cause.actor, tx.cause.request_id, ask.burn_id, ask.purpose)
    burn = burn_now(book, ask, why)
    book.close_spent()
    if not await holds.keep_burn(tx, burn):
        raise Conflict("the burn's name was taken meanwhile")
    await post_books(tx, books)
    return burn, False
