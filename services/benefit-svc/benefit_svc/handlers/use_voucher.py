"""Use a voucher, once."""

from dataclasses import dataclass

from benefit_svc.domain import telling
from benefit_svc.domain.vouchers import Voucher, VoucherKey, code_hash, use
from benefit_svc.store import vouchers
from chassis.tx import Tx


@dataclass(frozen=True)
class UseVoucher:
    """A code as it was typed, where, at whose till."""

    typed: str
    store_id: str
    source: str


async def use_voucher(tx: Tx, ask: UseVoucher) -> Voucher:
    """The voucher, used. Whoever comes second waits for the first, and is refused.

    Refusals: VoucherNotUsable, for every reason alike.
    """
    key = VoucherKey(tx.secrets.key("voucher"))
    found = await vouchers.lock_by_code(tx, code_hash(key, ask.typed))
    used = use(found, ask.typed, tx.now)
    await vouchers.end_voucher(tx, used, store_id=ask.store_id, source=ask.source)
    tx.emit(telling.of_voucher_use(used, ask.store_id, tx.now))
    return used
