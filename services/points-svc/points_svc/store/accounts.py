"""Accounts: read, locked, touched and written, many at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chassis.parts import Part
from chassis.tx import Row, Tx
from points_svc.domain.books import Account, Book
from points_svc.domain.postings import AVAILABLE, DEFICIT, HELD, PENDING

COLUMNS = """
member_id, point_type, available, pending, held, deficit, seq, turn, open_from, never_from, due_at,
head
"""
ACCOUNTS_OF = f"""
SELECT {COLUMNS} FROM account WHERE member_id = ANY(CAST(:member_ids AS text[]))
ORDER BY member_id, point_type
"""
LOCK_ACCOUNTS_OF = f"{ACCOUNTS_OF} FOR UPDATE"
LOCK_ACCOUNT = f"""
SELECT {COLUMNS} FROM account WHERE member_id = :member_id AND point_type = :point_type FOR UPDATE
"""
LOCK_HELD_ACCOUNT = f"""
SELECT {COLUMNS} FROM account
WHERE member_id = :member_id AND point_type = (
    SELECT h.point_type FROM hold h
    WHERE h.member_id = :member_id AND h.hold_id = :hold_id AND h.source = :source)
FOR UPDATE
"""
LOCK_FREE_ACCOUNTS = f"""
SELECT {COLUMNS} FROM account
WHERE (member_id, point_type) IN (
    SELECT * FROM unnest(CAST(:member_ids AS text[]), CAST(:point_types AS text[])))
ORDER BY member_id, point_type
FOR UPDATE SKIP LOCKED
"""
MEMBERS_AFTER = """
SELECT DISTINCT member_id FROM account WHERE member_id > :member_id ORDER BY member_id LIMIT :limit
"""
TOUCH_ACCOUNTS = f"""
INSERT INTO account AS a (
    member_id, point_type, available, pending, held, deficit, seq, turn, head)
SELECT m.member_id, t.point_type, 0, 0, 0, 0, 0, 1, CAST(:no_head AS bytea)
FROM unnest(CAST(:member_ids AS text[])) AS m (member_id),
     unnest(CAST(:point_types AS text[])) AS t (point_type)
ORDER BY 1, 2
ON CONFLICT (member_id, point_type) DO UPDATE SET turn = a.turn + 1
RETURNING {COLUMNS}
"""
ADD_ACCOUNT = """
INSERT INTO account (member_id, point_type, available, pending, held, deficit, seq, turn, head)
VALUES (:member_id, :point_type, 0, 0, 0, 0, 0, 0, :no_head)
ON CONFLICT (member_id, point_type) DO NOTHING
"""
ROWS = """
unnest(
    CAST(:member_id AS text[]), CAST(:point_type AS text[]), CAST(:available AS bigint[]),
    CAST(:pending AS bigint[]), CAST(:held AS bigint[]), CAST(:deficit AS bigint[]),
    CAST(:seq AS bigint[]), CAST(:turn AS bigint[]), CAST(:open_from AS timestamptz[]),
    CAST(:never_from AS timestamptz[]), CAST(:due_at AS timestamptz[]), CAST(:head AS bytea[]),
    CAST(:old_seq AS bigint[]), CAST(:old_due_at AS timestamptz[])
) AS n (
    member_id, point_type, available, pending, held, deficit, seq, turn, open_from, never_from,
    due_at, head, old_seq, old_due_at)
"""
CHANGE_ACCOUNTS = f"""
UPDATE account a
SET available = n.available, pending = n.pending, held = n.held, deficit = n.deficit, seq = n.seq,
    open_from = n.open_from, never_from = n.never_from, due_at = n.due_at, head = n.head
FROM {ROWS}
WHERE a.member_id = n.member_id AND a.point_type = n.point_type
  AND a.seq = n.old_seq AND a.turn = n.turn AND a.due_at IS NOT DISTINCT FROM n.old_due_at
"""
CHANGE_ACCOUNT = """
UPDATE account
SET available = :available, pending = :pending, held = :held, deficit = :deficit, seq = :seq,
    open_from = :open_from, never_from = :never_from, due_at = :due_at, head = :head
WHERE member_id = :member_id AND point_type = :point_type AND seq = :old_seq AND turn = :turn
  AND due_at IS NOT DISTINCT FROM :old_due_at
"""
OPEN_ACCOUNTS = f"""
INSERT INTO account ({COLUMNS})
SELECT {COLUMNS} FROM {ROWS}
ON CONFLICT (member_id, point_type) DO NOTHING
"""


async def accounts_of(tx: Tx, member_ids: Sequence[str]) -> list[Account]:
    """All accounts of these members, not locked."""
    rows = await tx.execute("accounts_of", ACCOUNTS_OF, member_ids=sorted(set(member_ids)))
    return [_account(row) for row in rows]


async def lock_accounts_of(tx: Tx, member_ids: Sequence[str]) -> list[Account]:
    """All accounts of these members, locked in the order of their ids until the transaction
    ends.
    """
    rows = await tx.execute(
        "lock_accounts_of", LOCK_ACCOUNTS_OF, member_ids=sorted(set(member_ids))
    )
    return [_account(row) for row in rows]


async def lock_account(tx: Tx, member_id: str, point_type: str) -> Account | None:
    """One account, locked until the transaction ends."""
    rows = await tx.execute(
        "lock_account", LOCK_ACCOUNT, member_id=member_id, point_type=point_type
    )
    return _account(rows[0]) if rows else None


async def lock_held_account(tx: Tx, member_id: str, hold_id: str, source: str) -> Account | None:
    """The account that a channel's hold is of, locked until the transaction ends; None where there
    is no such hold. The point type of a hold never changes, so it may be read before the lock.
    """
    rows = await tx.execute(
        "lock_held_account", LOCK_HELD_ACCOUNT, member_id=member_id, hold_id=hold_id, source=source
    )
    return _account(rows[0]) if rows else None


async def lock_free_accounts(tx: Tx, keys: Sequence[tuple[str, str]]) -> list[Account]:
    """Those of these accounts that nobody else has in hand, locked in the order of their ids."""
    rows = await tx.execute(
        "lock_free_accounts",
        LOCK_FREE_ACCOUNTS,
        member_ids=[member_id for member_id, _ in keys],
        point_types=[point_type for _, point_type in keys],
    )
    return [_account(row) for row in rows]


async def members_after(tx: Tx, member_id: str, limit: int) -> list[str]:
    """The first members, in the order of their ids, after this one, that have an account."""
    rows = await tx.execute("members_after", MEMBERS_AFTER, member_id=member_id, limit=limit)
    return [row.member_id for row in rows]


async def touch_accounts(
    tx: Tx, member_ids: Sequence[str], point_types: Sequence[str]
) -> list[Account]:
    """Lock the members' accounts of these types in the order of their ids and count their turn;
    opens those that are missing. Whoever read them before and writes after us loses the race.
    """
    rows = await tx.execute(
        "touch_accounts",
        TOUCH_ACCOUNTS,
        member_ids=sorted(set(member_ids)),
        point_types=sorted(point_types),
        no_head=bytes(32),
    )
    return [_account(row) for row in rows]


async def add_account(tx: Tx, member_id: str, point_type: str) -> None:
    """Open an empty account where there is none, so that it can be locked."""
    await tx.execute(
        "add_account", ADD_ACCOUNT, member_id=member_id, point_type=point_type, no_head=bytes(32)
    )


def changing(book: Book) -> Part:
    """Writes an account that nobody changed since it was read, nor when it is due: a sweep may
    move that without a posting.
    """
    values = dict(zip(Account._fields, book.account()[:-1], strict=False))
    old = {"old_seq": book.stored.seq, "old_due_at": book.stored.due_at}
    return Part(CHANGE_ACCOUNT, values | old)


def changing_all(books: Sequence[Book]) -> Part:
    """Writes those of these accounts that nobody changed since they were read."""
    return Part(CHANGE_ACCOUNTS, _columns(books))


def opening(books: Sequence[Book]) -> Part:
    """Writes accounts of first-time members, those that were not there before."""
    return Part(OPEN_ACCOUNTS, _columns(books))


def _columns(books: Sequence[Book]) -> dict[str, Sequence[Any]]:
    return {
        "member_id": [book.member_id for book in books],
        "point_type": [book.point_type for book in books],
        "available": [book.balance[AVAILABLE] for book in books],
        "pending": [book.balance[PENDING] for book in books],
        "held": [book.balance[HELD] for book in books],
        "deficit": [book.balance[DEFICIT] for book in books],
        "seq": [book.seq for book in books],
        "turn": [book.stored.turn for book in books],
        "open_from": [book.open_from for book in books],
        "never_from": [book.never_from for book in books],
        "due_at": [book.due_at for book in books],
        "head": [book.head for book in books],
        "old_seq": [book.stored.seq for book in books],
        "old_due_at": [book.stored.due_at for book in books],
    }


def _account(row: Row) -> Account:
    return Account._make((*row, True))


def bound(account: Account) -> datetime | None:
    """No lot of the account that has something left is older than this; None: there is none."""
    return min((at for at in (account.open_from, account.never_from) if at), default=None)
