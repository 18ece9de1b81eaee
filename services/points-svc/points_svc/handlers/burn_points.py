"""Burn points at once."""

from chassis.tx import Tx
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.burns import TOMBSTONE, Burn, BurnAsk, burn_now, same_or_refuse
from points_svc.domain.member_status import demand_active
from points_svc.domain.refusals import BurnCancelled, NameReused
from points_svc.domain.rules import burnable
from points_svc.handlers.lock_account import lock_account
from points_svc.handlers.open_book import open_book
from points_svc.handlers.post_books import post_books
from points_svc.store import grounds, holds


async def burn_points(tx: Tx, ask: BurnAsk) -> tuple[Burn, bool]:
    """Burn points of the lots that count now; answers the burn, and whether this request had made
    it before.

    Refusals: MemberNotFound, MemberSuspended, MemberBanned, MemberClosed, PointTypeNotBurnable,
    PointsInsufficient, BurnCancelled, NameReused.
    """
    account = await lock_account(tx, ask.member_id, ask.point_type)
    ground = await grounds.burn_ground(tx, ask.member_id, ask.burn_id, ask.source)
    made = ground.burn
    if made and made.state == TOMBSTONE:
        raise BurnCancelled
    if made:
        return same_or_refuse(made, ask), True
    if ground.has_hold:
        raise NameReused
    demand_active(ground.status)
    rules = burnable(ground.rules, ask.point_type)
    books, book = await open_book(tx, account, rules, taking=ask.points)
    why = DecisionBasis(
        tx.cause.actor, tx.cause.request_id, ask.burn_id, ask.purpose, source=ask.source
    )
    burn = burn_now(book, ask, why)
    book.close_spent()
    await post_books(tx, books, [holds.keeping_burn(burn)])
    return burn, False
