"""What a redemption answers, now and under its key for ever. A stored answer never holds a
voucher's code.
"""

from typing import Self

from benefit_svc.domain.redemptions import Redemption, Why
from benefit_svc.domain.refusals import (
    HoldNotOpen,
    MemberBanned,
    MemberClosed,
    MemberNotFound,
    MemberSuspended,
    PointsInsufficient,
    PointsRefused,
    RedemptionTimedOut,
)
from benefit_svc.domain.vouchers import Voucher, VoucherKey, code_of
from benefit_svc.store import views
from chassis.auth import Secrets
from chassis.http import Instant, View, idempotency
from chassis.tx import Tx
from contracts.ids import VoucherId
from contracts.refusal import Refusal

FULFILLED, CANCELLED = 201, 200
OF_MEMBER = (MemberNotFound, MemberSuspended, MemberBanned, MemberClosed)
OF_POINTS = (PointsInsufficient, RedemptionTimedOut, HoldNotOpen)
KNOWN = {refusal.code: refusal for refusal in (*OF_MEMBER, *OF_POINTS)}


class VoucherView(View):
    """The voucher; its code only for the channel that redeemed."""

    voucher_id: str
    code: str | None = None
    expires_at: Instant | None


class RefusalView(View):
    """Why it was refused: the code and its numbers."""

    code: str
    numbers: dict[str, int | str]


class RedemptionView(View):
    """A redemption as it stands."""

    redemption_id: str
    member_id: str
    reward_id: str
    quantity: int
    points: int
    state: str
    decided_at: Instant
    ended_at: Instant | None = None
    refusal: RefusalView | None = None
    voucher: VoucherView | None = None

    @classmethod
    def of(cls, seen: views.RedemptionSeen) -> Self:
        """As it stands, without the voucher's code."""
        one = seen.redemption
        return cls(
            redemption_id=one.redemption_id,
            member_id=one.member_id,
            reward_id=one.reward_id,
            quantity=one.quantity,
            points=one.points,
            state=one.stands,
            decided_at=one.decided_at,
            ended_at=seen.ended_at,
            refusal=_refusal(one.why if one.state == "refused" else None),
            voucher=_voucher(seen.voucher),
        )

    def with_code(self, secrets: Secrets) -> Self:
        """With the voucher's code, derived again: for the channel that redeemed."""
        if self.voucher is None:
            return self
        code = code_of(VoucherKey(secrets.key("voucher")), VoucherId(self.voucher.voucher_id))
        return self.model_copy(update={"voucher": self.voucher.model_copy(update={"code": code})})


def _refusal(why: Why | None) -> RefusalView | None:
    return RefusalView(code=why.code, numbers=dict(why.numbers)) if why else None


def _voucher(voucher: Voucher | None) -> VoucherView | None:
    if voucher is None:
        return None
    return VoucherView(voucher_id=voucher.voucher_id, expires_at=voucher.expires_at)


def refused_because(why: Why) -> Refusal:
    """The refusal that a caller is told."""
    known = KNOWN.get(why.code)
    return known(**why.numbers) if known else PointsRefused(why.code, **why.numbers)


async def keep_answer(tx: Tx, ended: Redemption) -> None:
    """Store the final answer under the key that asked for it, in the transaction that ends the
    redemption.
    """
    source = ended.asked.source
    if ended.state == "refused":
        assert ended.why is not None
        await idempotency.refuse(tx, source, ended.asked.key, refused_because(ended.why))
        return
    seen = await views.redemption_seen(tx, ended.redemption_id)
    assert seen is not None
    body = RedemptionView.of(seen).model_dump_json().encode()
    if ended.state == "fulfilled":
        await idempotency.answer(tx, source, ended.asked.key, FULFILLED, body)
    else:
        assert ended.cancel_key is not None
        await idempotency.answer(tx, source, ended.cancel_key, CANCELLED, body)
