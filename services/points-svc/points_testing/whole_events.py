"""Steps of a life as the events that say them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.events.base import Event
from contracts.events.members import MemberStatusChanged, SegmentEntered, SegmentLeft
from contracts.events.purchases import (
    ActivityRecorded,
    PurchaseLine,
    PurchaseRecorded,
    PurchaseReturned,
    ReturnedLine,
)
from contracts.events.tiers import TierChanged, TierInterval
from contracts.ids import EventId, FactId, MemberId
from points_testing.whole_steps import Step

HEARD = {"buy", "bring_back", "act", "tell", "change_segment", "change_status"}


def event_of(step: Step, revision: int, enrolled_at: datetime) -> Event:
    """The event that says what happened; `revision` grows."""
    said = step.said
    named = str(said.get("fact_id", f"{step.verb}-{revision}"))
    base: dict[str, Any] = {
        "event_id": EventId(f"{said['member']}-{named}"),
        "member_id": MemberId(said["member"]),
        "recorded_at": step.now,
        "version": "1",
    }
    if "fact_id" in said:
        fact = {"fact_id": FactId(named), "source": "till", "source_ref": named}
        base |= {**fact, "occurred_at": said["at"]}
    if step.verb == "buy":
        return _bought({**base, "enrolled_at": enrolled_at}, said)
    if step.verb == "bring_back":
        lines = (ReturnedLine(line_id=n, quantity=k, refund_minor=r) for n, k, r in said["lines"])
        fact_id, at = said["purchase"]
        of = {"purchase_fact_id": FactId(fact_id), "purchase_occurred_at": at}
        return PurchaseReturned(**base, **of, lines=tuple(lines))
    if step.verb == "act":
        purchase = FactId(said["purchase_id"]) if said["purchase_id"] else None
        more = {"kind": said["kind"], "purchase_fact_id": purchase, "enrolled_at": enrolled_at}
        return ActivityRecorded(**base, **more)
    if step.verb == "tell":
        return _told(base, said["seq"], said["steps"])
    if step.verb == "change_segment":
        more = {"segment": said["segment"], "seq": said["seq"], "occurred_at": said["at"]}
        return (SegmentEntered if said["is_in"] else SegmentLeft)(**base, **more)
    status = {"status": said["status"], "revision": revision}
    return MemberStatusChanged(**base, occurred_at=step.now, **status)


def _bought(base: dict[str, Any], said: Mapping[str, Any]) -> Event:
    lines = tuple(
        PurchaseLine(
            line_id=item.line_id,
            sku="sku",
            category=item.category,
            quantity=item.units,
            amount_minor=item.net_minor,
            net_minor=item.net_minor,
        )
        for item in said["items"]
    )
    return PurchaseRecorded(**base, store_id="s1", currency="CNY", lines=lines)


def _told(base: dict[str, Any], seq: int, steps: tuple[tuple[datetime, str], ...]) -> Event:
    intervals = tuple(
        TierInterval(tier=tier, rank=0, ordinal=1, from_at=at, reason="test") for at, tier in steps
    )
    first: dict[str, Any] = {"occurred_at": steps[0][0], "from_at": steps[0][0]}
    return TierChanged(**base, **first, ladder="main", seq=seq, intervals=intervals)
