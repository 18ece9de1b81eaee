"""Vouchers by member, and the small registry that finds one by its code's hash."""

from benefit_svc.domain.vouchers import Voucher
from chassis.tx import Row, Tx
from contracts.ids import MemberId, VoucherId

ISSUE_VOUCHER = """
INSERT INTO voucher (member_id, voucher_id, reward_id, reward_version, redemption_id, quantity,
    issued_at, expires_at, state)
VALUES (:member_id, :voucher_id, :reward_id, :reward_version, :redemption_id, :quantity,
    :issued_at, :expires_at, 'issued')
"""

REGISTER_CODE = """
INSERT INTO voucher_code (code_hash, voucher_id, member_id)
VALUES (:code_hash, :voucher_id, :member_id)
"""

FIND_BY_CODE = """
SELECT voucher.* FROM voucher_code JOIN voucher USING (member_id, voucher_id)
WHERE code_hash = :code_hash
"""

LOCK_BY_CODE = """
SELECT voucher.* FROM voucher_code JOIN voucher USING (member_id, voucher_id)
WHERE code_hash = :code_hash FOR UPDATE OF voucher
"""

FIND_VOUCHER = "SELECT * FROM voucher WHERE member_id = :member_id AND voucher_id = :voucher_id"

LOCK_VOUCHER = """
SELECT * FROM voucher WHERE member_id = :member_id AND voucher_id = :voucher_id FOR UPDATE
"""

LOCK_BY_ID = "SELECT * FROM voucher WHERE voucher_id = :voucher_id FOR UPDATE"

END_VOUCHER = """
UPDATE voucher SET state = :state, ended_at = :now, store_id = :store_id, source = :source,
    reason = :reason
WHERE member_id = :member_id AND voucher_id = :voucher_id AND state = 'issued'
"""

EXPIRE_DUE = """
UPDATE voucher SET state = 'expired', ended_at = :now
WHERE (member_id, voucher_id) IN (
    SELECT member_id, voucher_id FROM voucher WHERE state = 'issued' AND expires_at <= :now
    ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED)
RETURNING *
"""


async def issue_voucher(tx: Tx, issued: Voucher) -> None:
    """Write a new voucher."""
    await tx.execute(
        "issue_voucher",
        ISSUE_VOUCHER,
        member_id=issued.member_id,
        voucher_id=issued.voucher_id,
        reward_id=issued.reward_id,
        reward_version=issued.reward_version,
        redemption_id=issued.redemption_id,
        quantity=issued.quantity,
        issued_at=issued.issued_at,
        expires_at=issued.expires_at,
    )


async def register_code(tx: Tx, issued: Voucher, code_hash: bytes) -> None:
    """Let a voucher be found by its code; the code itself is written nowhere."""
    await tx.execute(
        "register_code",
        REGISTER_CODE,
        code_hash=code_hash,
        voucher_id=issued.voucher_id,
        member_id=issued.member_id,
    )


async def find_by_code(tx: Tx, code_hash: bytes) -> Voucher | None:
    """The voucher that a code names."""
    rows = await tx.execute("find_by_code", FIND_BY_CODE, code_hash=code_hash)
    return voucher(rows[0]) if rows else None


async def lock_by_code(tx: Tx, code_hash: bytes) -> Voucher | None:
    """The voucher that a code names, locked and read as the last holder of the lock left it."""
    rows = await tx.execute("lock_by_code", LOCK_BY_CODE, code_hash=code_hash)
    return voucher(rows[0]) if rows else None


async def find_voucher(tx: Tx, member_id: MemberId, voucher_id: VoucherId) -> Voucher | None:
    """A voucher as it stands."""
    rows = await tx.execute(
        "find_voucher", FIND_VOUCHER, member_id=member_id, voucher_id=voucher_id
    )
    return voucher(rows[0]) if rows else None


async def lock_voucher(tx: Tx, member_id: MemberId, voucher_id: VoucherId) -> Voucher | None:
    """A voucher, locked."""
    rows = await tx.execute(
        "lock_voucher", LOCK_VOUCHER, member_id=member_id, voucher_id=voucher_id
    )
    return voucher(rows[0]) if rows else None


async def lock_by_id(tx: Tx, voucher_id: VoucherId) -> Voucher | None:
    """A voucher by its id alone, locked."""
    rows = await tx.execute("lock_by_id", LOCK_BY_ID, voucher_id=voucher_id)
    return voucher(rows[0]) if rows else None


async def end_voucher(
    tx: Tx,
    ended: Voucher,
    store_id: str | None = None,
    source: str | None = None,
    reason: str | None = None,
) -> None:
    """Write down how a voucher, locked before, ended: used at a store, or voided for a reason."""
    await tx.execute(
        "end_voucher",
        END_VOUCHER,
        member_id=ended.member_id,
        voucher_id=ended.voucher_id,
        state=ended.state,
        now=tx.now,
        store_id=store_id,
        source=source,
        reason=reason,
    )


async def expire_due(tx: Tx, limit: int) -> list[Voucher]:
    """Expire vouchers whose time is over, oldest first; skips those in other hands."""
    rows = await tx.execute("expire_due_vouchers", EXPIRE_DUE, now=tx.now, limit=limit)
    return [voucher(row) for row in rows]


def voucher(row: Row) -> Voucher:
    """A row as the domain knows it."""
    return Voucher(
        voucher_id=row.voucher_id,
        member_id=row.member_id,
        reward_id=row.reward_id,
        reward_version=row.reward_version,
        redemption_id=row.redemption_id,
        quantity=row.quantity,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        state=row.state,
    )
