"""Tell members whose tier runs out soon."""

from datetime import timedelta

from chassis.tx import Tx
from contracts.events.tiers import TierExpiring
from contracts.ids import EventId
from tier_svc.domain.falling import Fall, falls, falls_at
from tier_svc.store import programme, warnings
from tier_svc.store.standings import Key


async def tell_expiring(tx: Tx, limit: int) -> int:
    """One TierExpiring for each end that lies within the programme's `expiring_days`; answers how
    many standings were looked at. Without that setting nothing is said.

    It is said once per member, ladder and end: not again where the end moves away and comes back.
    """
    found = await programme.programme.find(tx)
    days = found[1].expiring_days if found else None
    if days is None:
        return 0
    horizon = tx.now + timedelta(days=days)
    due = await warnings.falling_standings(tx, horizon, limit)
    if not due:
        return 0
    soon = [
        ((one.member_id, one.ladder), fall)
        for one in due
        for fall in falls(one.told, tx.now)
        if fall.until <= horizon
    ]
    fresh = await warnings.keep_warnings(tx, soon) if soon else set()
    tx.emit(*(_said(tx, key, fall) for key, fall in soon if (*key, fall.until) in fresh))
    later = {(one.member_id, one.ladder): falls_at(one.told, horizon) for one in due}
    await warnings.look_later(tx, later)
    return len(due)


def _said(tx: Tx, key: Key, fall: Fall) -> TierExpiring:
    member_id, ladder = key
    return TierExpiring(
        event_id=EventId(f"expiring:{ladder}:{member_id}:{fall.until.isoformat()}"),
        member_id=member_id,
        occurred_at=tx.now,
        recorded_at=tx.now,
        version=str(fall.version),
        ladder=ladder,
        tier=fall.tier,
        until=fall.until,
        days=fall.days_left(tx.now),
        next_tier=fall.next_tier,
    )
