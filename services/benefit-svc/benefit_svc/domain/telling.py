"""What benefit-svc says to the others. Event ids are deterministic: saying it twice is saying it
once.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from benefit_svc.domain.entitlements import Change, Entitlement, State
from benefit_svc.domain.redemptions import Redemption, Why
from benefit_svc.domain.vouchers import Voucher
from contracts.events.base import Event
from contracts.events.benefits import (
    EntitlementExpired,
    EntitlementGranted,
    EntitlementRevoked,
    EntitlementUsed,
    RedemptionCancelled,
    RedemptionFulfilled,
    RedemptionRefused,
    VoucherExpired,
    VoucherIssued,
    VoucherUsed,
    VoucherVoided,
)
from contracts.ids import EventId

VoidCode = Literal["asked", "redemption_cancelled"]

UNJUSTIFIED = "unjustified"
ASKED: VoidCode = "asked"
CANCELLED: VoidCode = "redemption_cancelled"


def of_changes(changes: Iterable[Change], at: datetime) -> Iterator[Event]:
    """What became of entitlements, in order."""
    for change in changes:
        for state in change.said:
            yield _of_state(change.now, state, at)


def _of_state(one: Entitlement, state: State, at: datetime) -> Event:
    first, last = one.windows[0], one.windows[-1]
    if state == "granted":
        return EntitlementGranted(
            event_id=_id(one.entitlement_id, state, one.grants),
            member_id=one.member_id,
            occurred_at=first.from_at,
            recorded_at=at,
            version=f"{one.key.benefit_id}@{one.version}",
            entitlement_id=one.entitlement_id,
            benefit_id=one.key.benefit_id,
            cycle=one.key.cycle,
            valid_from=first.from_at,
            valid_to=last.to_at,
        )
    if state == "revoked":
        return EntitlementRevoked(
            event_id=_id(one.entitlement_id, state, one.grants),
            member_id=one.member_id,
            occurred_at=at,
            recorded_at=at,
            version=f"{one.key.benefit_id}@{one.version}",
            entitlement_id=one.entitlement_id,
            benefit_id=one.key.benefit_id,
            cycle=one.key.cycle,
            reason=UNJUSTIFIED,
        )
    return EntitlementExpired(
        event_id=_id(one.entitlement_id, state, one.grants),
        member_id=one.member_id,
        occurred_at=last.to_at or at,
        recorded_at=at,
        version=f"{one.key.benefit_id}@{one.version}",
        entitlement_id=one.entitlement_id,
        benefit_id=one.key.benefit_id,
        cycle=one.key.cycle,
    )


def of_use(one: Entitlement, at: datetime) -> EntitlementUsed:
    """The use that made it what it is."""
    return EntitlementUsed(
        event_id=_id(one.entitlement_id, "used", one.used),
        member_id=one.member_id,
        occurred_at=at,
        recorded_at=at,
        version=f"{one.key.benefit_id}@{one.version}",
        entitlement_id=one.entitlement_id,
        benefit_id=one.key.benefit_id,
        cycle=one.key.cycle,
        use_id=f"{one.entitlement_id}.{one.used}",
        used=one.used,
    )


def of_issue(one: Voucher) -> VoucherIssued:
    """A voucher can be used."""
    return VoucherIssued(
        event_id=_id(one.voucher_id, "issued"),
        member_id=one.member_id,
        occurred_at=one.issued_at,
        recorded_at=one.issued_at,
        version=f"{one.reward_id}@{one.reward_version}",
        voucher_id=one.voucher_id,
        reward_id=one.reward_id,
        redemption_id=one.redemption_id,
        expires_at=one.expires_at,
    )


def of_voucher_use(one: Voucher, store_id: str, at: datetime) -> VoucherUsed:
    """A voucher was used."""
    return VoucherUsed(
        event_id=_id(one.voucher_id, "used"),
        member_id=one.member_id,
        occurred_at=at,
        recorded_at=at,
        version=f"{one.reward_id}@{one.reward_version}",
        voucher_id=one.voucher_id,
        reward_id=one.reward_id,
        redemption_id=one.redemption_id,
        store_id=store_id,
    )


def of_void(one: Voucher, reason: VoidCode, at: datetime) -> VoucherVoided:
    """A voucher was made worthless. The words of whoever asked for it are said to nobody."""
    return VoucherVoided(
        event_id=_id(one.voucher_id, "voided"),
        member_id=one.member_id,
        occurred_at=at,
        recorded_at=at,
        version=f"{one.reward_id}@{one.reward_version}",
        voucher_id=one.voucher_id,
        reward_id=one.reward_id,
        redemption_id=one.redemption_id,
        reason=reason,
    )


def of_voucher_expiry(one: Voucher, at: datetime) -> VoucherExpired:
    """A voucher's time is over."""
    return VoucherExpired(
        event_id=_id(one.voucher_id, "expired"),
        member_id=one.member_id,
        occurred_at=one.expires_at or at,
        recorded_at=at,
        version=f"{one.reward_id}@{one.reward_version}",
        voucher_id=one.voucher_id,
        reward_id=one.reward_id,
        redemption_id=one.redemption_id,
    )


def of_fulfilment(one: Redemption, at: datetime) -> RedemptionFulfilled:
    """Points were burned and the voucher issued."""
    return RedemptionFulfilled(
        event_id=_id(one.redemption_id, "fulfilled"),
        member_id=one.member_id,
        occurred_at=at,
        recorded_at=at,
        version=f"{one.reward_id}@{one.reward_version}",
        redemption_id=one.redemption_id,
        reward_id=one.reward_id,
        quantity=one.quantity,
        points=one.points,
        voucher_id=one.voucher_id,
    )


def of_refusal(one: Redemption, why: Why, at: datetime) -> RedemptionRefused:
    """Nothing was burned and nothing issued."""
    return RedemptionRefused(
        event_id=_id(one.redemption_id, "refused"),
        member_id=one.member_id,
        occurred_at=at,
        recorded_at=at,
        version=f"{one.reward_id}@{one.reward_version}",
        redemption_id=one.redemption_id,
        reward_id=one.reward_id,
        quantity=one.quantity,
        points=one.points,
        code=why.code,
    )


def of_cancellation(one: Redemption, at: datetime) -> RedemptionCancelled:
    """The points are back in their lots."""
    return RedemptionCancelled(
        event_id=_id(one.redemption_id, "cancelled"),
        member_id=one.member_id,
        occurred_at=at,
        recorded_at=at,
        version=f"{one.reward_id}@{one.reward_version}",
        redemption_id=one.redemption_id,
        reward_id=one.reward_id,
        quantity=one.quantity,
        points=one.points,
        reason=ASKED,
    )


def _id(name: str, what: str, count: int = 1) -> EventId:
    return EventId(f"{name}.{what}.{count}")
