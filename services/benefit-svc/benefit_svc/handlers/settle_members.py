"""Bring members' entitlements in line with what is true of them now."""

from collections.abc import Mapping

from benefit_svc.domain import telling
from benefit_svc.domain.entitlements import settle
from benefit_svc.domain.justification import rights_at
from benefit_svc.domain.programme import Rules
from benefit_svc.domain.timeline import Told, eligible
from benefit_svc.store import entitlements, standings
from chassis.tx import Tx
from contracts.ids import MemberId


async def settle_members(tx: Tx, told: Mapping[MemberId, Told], rules: Rules) -> None:
    """Grant, revoke, expire and mark, for members that are locked. What agrees already changes
    nothing.
    """
    held = await entitlements.entitlements_of(tx, list(told))
    changes, due = [], {}
    for member_id, ladders in told.items():
        timeline = eligible(ladders, rules.ladder)
        rights = rights_at(timeline, rules.catalog, rules.zone, tx.now)
        due[member_id] = rights.next_at
        changes += settle(member_id, held.get(member_id, {}), rights.begun, tx.now)
    if changes:
        await entitlements.keep_entitlements(tx, [change.now for change in changes])
    await standings.settle_standings(tx, rules.version, due)
    tx.emit(*telling.of_changes(changes, tx.now))
