"""The oracle's programme in the words of points-svc's core, and its facts as events."""

from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from contracts.events.purchases import (
    PurchaseLine,
    PurchaseRecorded,
    PurchaseReturned,
    ReturnedLine,
)
from contracts.ids import EventId, FactId, MemberId
from points_svc.domain.expiry import Expiry
from points_svc.domain.rules import PointRule, Rules, plain_rule
from tests.oracle.facts import History, Purchase, Return
from tests.oracle.programme import PointKind, Programme, Span

MEMBER = MemberId("member-1")


def expiry(of: PointKind) -> Expiry:
    if isinstance(of.lasts, Span):
        return Expiry("months", of.lasts.months)
    return Expiry("never") if of.lasts == "never" else Expiry("end_of_year", 1)


def rule(of: PointKind) -> PointRule:
    multipliers: dict[str, Fraction] = dict(of.multipliers or {})
    return plain_rule(of.name, of.rate, expiry(of), of.multipliers is not None, multipliers)


def versions(of: Programme) -> list[Rules]:
    first = Rules(
        version=1,
        effective_from=None,
        zone=of.zone,
        currency=of.currency,
        minor_per_unit=of.minor_per_unit,
        base_tier=of.base,
        points=tuple(rule(kind) for kind in of.points),
    )
    if of.revision is None:
        return [first]
    revised = tuple(rule(kind) for kind in of.revision.points)
    begins = of.revision.begins_at
    return [first, replace(first, version=2, effective_from=begins, points=revised)]


def recorded(history: History, purchase: Purchase, at: datetime, currency: str) -> PurchaseRecorded:
    lines = tuple(
        PurchaseLine(
            line_id=line.line_id,
            sku="sku",
            category="category",
            quantity=line.units,
            amount_minor=line.net_minor,
            net_minor=line.net_minor,
        )
        for line in purchase.lines
    )
    return PurchaseRecorded(
        event_id=EventId(purchase.fact_id),
        member_id=MEMBER,
        occurred_at=purchase.occurred_at,
        recorded_at=at,
        version="1",
        fact_id=FactId(purchase.fact_id),
        source="oracle",
        source_ref=purchase.fact_id,
        enrolled_at=history.enrolled_at,
        store_id="store",
        currency=currency,
        lines=lines,
    )


def returned(history: History, back: Return, at: datetime) -> PurchaseReturned:
    return PurchaseReturned(
        event_id=EventId(back.fact_id),
        member_id=MEMBER,
        occurred_at=back.occurred_at,
        recorded_at=at,
        version="1",
        fact_id=FactId(back.fact_id),
        source="oracle",
        source_ref=back.fact_id,
        purchase_fact_id=FactId(back.purchase_id),
        purchase_occurred_at=history.purchase(back.purchase_id).occurred_at,
        lines=(
            *(ReturnedLine(line_id=line, quantity=n) for line, n in back.units),
            *(ReturnedLine(line_id=line, quantity=0, refund_minor=n) for line, n in back.refunds),
        ),
    )
