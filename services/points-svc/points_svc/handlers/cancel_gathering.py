"""Give back what was gathered."""

from chassis.tx import Tx
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.books import Books
from points_svc.domain.pools import Gathering, pool_code
from points_svc.domain.transfers import TransferAsk, transfer
from points_svc.handlers.cancel_burn import cancel_burn
from points_svc.handlers.find_pool import find_pool
from points_svc.handlers.open_books import open_books
from points_svc.handlers.post_books import post_books
from points_svc.handlers.show_gathering import show_gathering
from points_svc.store import accounts, gatherings


async def cancel_gathering(
    tx: Tx, pool_id: str, member_id: str, gathering_id: str, source: str
) -> tuple[Gathering, bool]:
    """Everybody gets back what they bore, all or nothing; what was burned with it is cancelled
    first. Answers the gathering, and whether it had been cancelled before.

    Refusals: PoolNotFound, GatheringNotFound, PointsInsufficient, BalanceTooLarge.
    """
    await find_pool(tx, pool_id, is_locked=True)
    found = await show_gathering(tx, pool_id, member_id, gathering_id, source)
    if found.cancelled_at:
        return found, True
    ids = [member_id, *(part.member_id for part in found.parts)]
    locked = await accounts.touch_accounts(tx, ids, [found.point_type])
    if found.purpose:
        await cancel_burn(tx, member_id, gathering_id, source)
        locked = await accounts.touch_accounts(tx, ids, [found.point_type])
    books = await open_books(tx, locked)
    _give_back(tx, books, found, source)
    for book in books.all():
        book.close_spent()
    done = found.cancelled(tx.now)
    await gatherings.cancel_gathering(tx, done)
    await post_books(tx, books)
    return done, False


def _give_back(tx: Tx, books: Books, found: Gathering, source: str) -> None:
    giver = books.of(found.member_id, found.point_type)
    why = DecisionBasis(
        tx.cause.actor,
        tx.cause.request_id,
        found.gathering_id,
        found.reason,
        pool_code(found.pool_id),
        source=source,
    )
    for part in found.parts:
        if part.member_id != found.member_id:
            ask = TransferAsk(
                found.member_id,
                found.gathering_id,
                part.member_id,
                found.point_type,
                part.points,
                found.reason,
                "",
                found.source,
                found.pool_id,
            )
            transfer(giver, books.of(part.member_id, found.point_type), ask, None, why)
