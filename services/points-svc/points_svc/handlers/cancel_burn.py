"""Give back what was burned."""

from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.books import Books
from points_svc.domain.burns import BURNED, Burn, cancel, tombstone
from points_svc.domain.holds import TOMBSTONE
from points_svc.domain.refusals import HoldNotCaptured
from points_svc.domain.rules import Rules
from points_svc.domain.rules_document import BURNABLE
from points_svc.domain.wall_time import add_days
from points_svc.handlers.lock_account import lock_account
from points_svc.handlers.open_book import open_book
from points_svc.handlers.post_books import post_books
from points_svc.store import grounds, holds, programme


async def cancel_burn(tx: Tx, member_id: str, burn_id: str, source: str) -> tuple[Burn, bool]:
    """Give the points of a channel's burn back to their lots; answers it, and whether it was
    cancelled before. A burn that it never made leaves a tombstone that refuses it when it comes.
    Refusals:
    HoldNotCaptured.
    """
    seen = await holds.find_burn(tx, member_id, burn_id, source)
    if seen is None:
        return await _bury(tx, member_id, burn_id, source), False
    if seen.state != BURNED:
        return seen, True
    account = await lock_account(tx, member_id, seen.point_type)
    ground = await grounds.burn_ground(tx, member_id, burn_id, source)
    burn, rules = ground.burn, ground.rules
    assert burn is not None, "a burn is never removed"
    if burn.state != BURNED:
        return burn, True
    books, book = await open_book(tx, account, rules, taking=0, returning=burn.lots)
    why = DecisionBasis(tx.cause.actor, tx.cause.request_id, burn_id, burn.purpose, source=source)
    cancelled = cancel(book, burn, why, _courtesy_until(tx.now, rules, burn.point_type))
    book.close_spent()
    await post_books(tx, books, [holds.cancelling_burn(cancelled)])
    return cancelled, False


def _courtesy_until(now: datetime, rules: Rules | None, point_type: str) -> datetime | None:
    """How long points live on that come back to a lot which has ended, by the version in force."""
    rule = rules.of(point_type) if rules else None
    if rules is None or rule is None or not rule.terms.courtesy_days:
        return None
    return add_days(now, rule.terms.courtesy_days, rules.zone)


async def _bury(tx: Tx, member_id: str, burn_id: str, source: str) -> Burn:
    hold = await holds.find_hold(tx, member_id, burn_id, source)
    if hold and hold.state != TOMBSTONE:
        raise HoldNotCaptured(state=hold.state_at(tx.now))
    version, zone = await programme.standing_now(tx)
    books = Books(tx.now, version, zone=zone)
    burn = tombstone(books.of(member_id, BURNABLE), burn_id, source)
    await post_books(tx, books, [holds.keeping_burn(burn)])
    return burn
