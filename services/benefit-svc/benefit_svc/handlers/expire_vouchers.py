"""Expire vouchers whose time is over."""

from benefit_svc.domain import telling
from benefit_svc.store import vouchers
from chassis.tx import Tx


async def expire_vouchers(tx: Tx, limit: int) -> int:
    """Expire at most `limit`; answers how many. Nothing waits for it: use judges by the clock."""
    expired = await vouchers.expire_due(tx, limit)
    tx.emit(*(telling.of_voucher_expiry(voucher, tx.now) for voucher in expired))
    return len(expired)
