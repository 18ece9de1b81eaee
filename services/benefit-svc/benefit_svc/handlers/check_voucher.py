"""Say whether a voucher can be used, without using it."""

from benefit_svc.domain.vouchers import Voucher, VoucherKey, check_usable, code_hash
from benefit_svc.store import vouchers
from chassis.tx import Tx


async def check_voucher(tx: Tx, typed: str) -> Voucher:
    """The voucher that a code names. Refusals: VoucherNotUsable, for every reason alike."""
    key = VoucherKey(tx.secrets.key("voucher"))
    found = await vouchers.find_by_code(tx, code_hash(key, typed))
    return check_usable(found, typed, tx.now)
