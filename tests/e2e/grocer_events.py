"""What happened in the real grocer's year as the events that say it."""

from datetime import datetime

from contracts.events.base import Event
from contracts.events.members import MemberEnrolled
from contracts.events.purchases import (
    PurchaseLine,
    PurchaseRecorded,
    PurchaseReturned,
    ReturnedLine,
)
from contracts.events.tiers import TierChanged, TierInterval
from deploy.demo.year import CURRENCY, Purchase


def enrolled(card: str, at: datetime) -> Event:
    of = {"event_id": f"{card}.enrolled", "member_id": card, "version": "1"}
    return MemberEnrolled(**of, occurred_at=at, recorded_at=at, enrolled_at=at)


def recorded(basket: Purchase, enrolled_at: datetime, now: datetime) -> Event:
    ref = basket.source_ref
    return PurchaseRecorded(
        event_id=ref,
        member_id=basket.member.value,
        occurred_at=basket.occurred_at,
        recorded_at=now,
        version="1",
        fact_id=fact_id(basket.occurred_at, ref),
        source="till",
        source_ref=ref,
        enrolled_at=enrolled_at,
        store_id=basket.store_id,
        currency=CURRENCY,
        lines=tuple(
            PurchaseLine(
                line_id=line.line_id,
                sku=line.sku,
                category=line.category,
                quantity=line.quantity,
                amount_minor=line.amount_minor,
                net_minor=line.amount_minor - line.discount_minor,
            )
            for line in basket.lines
        ),
    )


def returned(name: str, basket: Purchase, back: tuple[datetime, int, int], now: datetime) -> Event:
    at, line, units = back
    return PurchaseReturned(
        event_id=name,
        member_id=basket.member.value,
        occurred_at=at,
        recorded_at=now,
        version="1",
        fact_id=fact_id(at, name),
        source="till",
        source_ref=name,
        purchase_fact_id=fact_id(basket.occurred_at, basket.source_ref),
        purchase_occurred_at=basket.occurred_at,
        lines=(ReturnedLine(line_id=basket.lines[line].line_id, quantity=units),),
    )


def told(card: str, seq: int, at: datetime, tier: str, now: datetime) -> Event:
    interval = TierInterval(tier=tier, rank=seq, ordinal=1, from_at=at, reason="test")
    return TierChanged(
        event_id=f"{card}.{seq}",
        member_id=card,
        occurred_at=at,
        recorded_at=now,
        version="1",
        ladder="grocer",
        seq=seq,
        from_at=at,
        intervals=(interval,),
    )


def fact_id(at: datetime, ref: str) -> str:
    """Sorts by time, then by name, as ids of facts do."""
    digits = f"{int(at.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}-7-{ref}"
