"""Vouchers: checked, used once, voided. Whoever guesses codes learns nothing (B5)."""

from typing import Self

from benefit_svc.domain.refusals import VoucherNotFound, VoucherNotUsable, VoucherNotVoidable
from benefit_svc.domain.vouchers import Voucher
from benefit_svc.handlers.check_voucher import check_voucher
from benefit_svc.handlers.use_voucher import UseVoucher, use_voucher
from benefit_svc.handlers.void_voucher import void_voucher
from chassis.http import (
    Body,
    CallerDep,
    IdPath,
    Instant,
    Note200,
    Ref,
    Router,
    Text64,
    TxDep,
    View,
    example,
)
from contracts.ids import VoucherId

router = Router(tags=["vouchers"])


class CodeBody(Body, json_schema_extra=example(code="4H7XKP-9QW2MT-T83FZB", store_id="s-01")):
    """A code as it was typed or scanned, and where."""

    code: Text64
    store_id: Ref


class VoidBody(Body, json_schema_extra=example(reason="given by mistake")):
    """Why, in a person's words; kept with the voucher and said to nobody else."""

    reason: Note200


class VoucherSeen(View):
    """A voucher; never its code."""

    voucher_id: str
    member_id: str
    reward_id: str
    quantity: int
    state: str
    issued_at: Instant
    expires_at: Instant | None

    @classmethod
    def of(cls, voucher: Voucher) -> Self:
        """As it stands."""
        return cls.model_validate(voucher)


@router.post("/vouchers/check", scope="voucher:use", refuses=(VoucherNotUsable,))
async def check(body: CodeBody, tx: TxDep) -> VoucherSeen:
    """Whether it can be used now; changes nothing."""
    return VoucherSeen.of(await check_voucher(tx, body.code))


@router.post("/vouchers/use", scope="voucher:use", keyed=True, refuses=(VoucherNotUsable,))
async def use(body: CodeBody, tx: TxDep, caller: CallerDep) -> VoucherSeen:
    """Use it, once, at one till."""
    ask = UseVoucher(body.code, body.store_id, caller.source)
    return VoucherSeen.of(await use_voucher(tx, ask))


@router.post(
    "/vouchers/{voucher_id}/void",
    scope="voucher:void",
    keyed=True,
    refuses=(VoucherNotFound, VoucherNotVoidable),
)
async def void(voucher_id: IdPath, body: VoidBody, tx: TxDep) -> VoucherSeen:
    """Make it worthless; points stay burned."""
    return VoucherSeen.of(await void_voucher(tx, VoucherId(voucher_id), body.reason))
