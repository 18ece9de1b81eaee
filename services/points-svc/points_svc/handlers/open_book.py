"""Lock one account and judge it now, before a decision is made on it."""

from collections.abc import Iterable

from chassis.tx import Tx
from points_svc.domain.basis import Portion
from points_svc.domain.books import Account, Book, Books
from points_svc.domain.holds import settle
from points_svc.domain.refusals import MemberNotFound, PointTypeNotBurnable
from points_svc.domain.rules import Rules
from points_svc.handlers.load_lots import load_lots
from points_svc.store import accounts, holds, members, programme


async def lock_account(tx: Tx, member_id: str, point_type: str) -> Account:
    """The account, locked; an empty one that nobody stored where there is none. Refusals:
    MemberNotFound.
    """
    account = await accounts.lock_account(tx, member_id, point_type)
    if account is None and not await members.is_known(tx, member_id):
        raise MemberNotFound
    return account or Account(member_id, point_type)


async def burnable_rules(tx: Tx, point_type: str) -> Rules:
    """The version in force now, if it lets this point type be burned. Refusals:
    PointTypeNotBurnable.
    """
    rules = await rules_now(tx)
    rule = rules.of(point_type) if rules else None
    if rules is None or rule is None or not rule.is_burnable:
        raise PointTypeNotBurnable
    return rules


async def rules_now(tx: Tx) -> Rules | None:
    """The version in force now; None before the first was published."""
    book = await programme.rule_book(tx)
    return book.in_force(tx.now) if book.versions else None


async def open_book(
    tx: Tx, account: Account, returning: Iterable[Portion] = ()
) -> tuple[Books, Book]:
    """Open a locked account with its lots, and those that points will go back to; then lapse the
    holds and expire the lots whose time is over.
    """
    rules = await rules_now(tx)
    books = Books(tx.now, str(rules.version if rules else 0), [account])
    book = books.of(account.member_id, account.point_type)
    over = await holds.due_holds_of(tx, [account.member_id], tx.now) if account.held else []
    over = [hold for hold in over if hold.point_type == account.point_type]
    portions = [*returning, *(portion for hold in over for portion in hold.lots)]
    named = {(book.member_id, book.point_type, portion.lot_id) for portion in portions}
    await load_lots(tx, [book], named)
    lapsed = settle(book, over)
    if lapsed:
        await holds.end_holds(tx, lapsed)
    return books, book


async def open_new_book(tx: Tx, member_id: str, point_type: str) -> tuple[Books, Book]:
    """As `open_book` for an account that may not exist yet. Refusals: MemberNotFound."""
    account = await lock_account(tx, member_id, point_type)
    if not account.is_stored:
        await accounts.add_account(tx, member_id, point_type)
        account = await lock_account(tx, member_id, point_type)
    return await open_book(tx, account)
