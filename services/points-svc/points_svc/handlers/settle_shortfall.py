"""Say what becomes of a shortfall."""

from dataclasses import dataclass, replace

from chassis.tx import Tx
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.postings import posting_id
from points_svc.domain.refusals import ShortfallNotFound, ShortfallSettled
from points_svc.domain.shortfalls import OWED, STANDING, Shortfall, take_after_all
from points_svc.handlers.lock_account import lock_account
from points_svc.handlers.open_book import open_book
from points_svc.handlers.post_books import post_books
from points_svc.store import shortfalls


@dataclass(frozen=True)
class SettlementAsk:
    """Which shortfall, by the posting that opened it, and what becomes of it: `state`."""

    member_id: str
    fact_id: str
    part: str
    state: str
    reason: str
    reason_code: str


async def settle_shortfall(tx: Tx, ask: SettlementAsk) -> Shortfall:
    """Forgive a shortfall, or take it after all. Said again, it stays as it is. Refusals:
    ShortfallNotFound, ShortfallSettled.
    """
    found = await shortfalls.lock_shortfall(tx, ask.member_id, ask.fact_id, ask.part)
    if found is None:
        raise ShortfallNotFound
    if found.state == ask.state:
        return found
    if found.state != STANDING:
        raise ShortfallSettled(state=found.state)
    if ask.state == OWED:
        await _take(tx, found, ask)
    settled = replace(
        found,
        state=ask.state,
        settled_at=tx.now,
        settled_by=tx.cause.actor,
        reason=ask.reason,
    )
    await shortfalls.settle_shortfall(tx, settled)
    return settled


async def _take(tx: Tx, found: Shortfall, ask: SettlementAsk) -> None:
    name = posting_id(found.fact_id, found.part)
    account = await lock_account(tx, found.member_id, found.point_type)
    books, book = await open_book(tx, account)
    by = DecisionBasis(tx.cause.actor, tx.cause.request_id, name, ask.reason, ask.reason_code)
    take_after_all(book, found.points, name, by)
    book.close_spent()
    await post_books(tx, books)
