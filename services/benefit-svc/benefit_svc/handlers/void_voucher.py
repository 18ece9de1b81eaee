"""Make a voucher worthless."""

from benefit_svc.domain import telling
from benefit_svc.domain.refusals import VoucherNotFound
from benefit_svc.domain.vouchers import Voucher, void
from benefit_svc.store import vouchers
from chassis.tx import Tx
from contracts.ids import VoucherId


async def void_voucher(tx: Tx, voucher_id: VoucherId, reason: str) -> Voucher:
    """The voucher, voided; `reason` is free text. Points stay burned and stock stays taken: that is
    what cancelling is for.

    Refusals: VoucherNotFound, VoucherNotVoidable.
    """
    found = await vouchers.lock_by_id(tx, voucher_id)
    if found is None:
        raise VoucherNotFound
    voided = void(found, tx.now)
    await vouchers.end_voucher(tx, voided, reason=reason)
    tx.emit(telling.of_void(voided, telling.ASKED, tx.now))
    return voided
