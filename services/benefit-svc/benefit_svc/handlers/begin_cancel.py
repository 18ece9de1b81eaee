"""Begin to cancel a redemption: its voucher is made worthless before the points go back."""

from dataclasses import dataclass

from benefit_svc.domain import telling
from benefit_svc.domain import vouchers as rules
from benefit_svc.domain.redemptions import Redemption, check_cancellable
from benefit_svc.domain.refusals import RedemptionNotFound
from benefit_svc.store import redemptions, vouchers
from chassis.tx import Tx
from contracts.ids import RedemptionId


@dataclass(frozen=True)
class BeginCancel:
    """Which redemption, why (free text), and under which key the answer is kept."""

    redemption_id: RedemptionId
    source: str
    key: str
    reason: str


async def begin_cancel(tx: Tx, ask: BeginCancel) -> Redemption:
    """The redemption being cancelled. From here it only goes forward.

    Refusals: RedemptionNotFound (another channel's too), RedemptionNotCancellable.
    """
    redemption = await redemptions.lock_redemption(tx, ask.redemption_id)
    if redemption is None or redemption.asked.source != ask.source:
        raise RedemptionNotFound
    voucher = await vouchers.lock_voucher(tx, redemption.member_id, redemption.voucher_id)
    check_cancellable(redemption, voucher.stands(tx.now) if voucher else "missing")
    begun = await redemptions.begin_cancel(tx, redemption, ask.key, ask.reason)
    assert voucher is not None
    assert begun is not None
    voided = rules.void(voucher, tx.now)
    await vouchers.end_voucher(tx, voided, reason=ask.reason)
    tx.emit(telling.of_void(voided, telling.CANCELLED, tx.now))
    return begun
