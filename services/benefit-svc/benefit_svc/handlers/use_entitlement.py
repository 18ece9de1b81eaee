"""Use an entitlement once."""

from dataclasses import dataclass

from benefit_svc.domain import telling
from benefit_svc.domain.entitlements import Entitlement, use
from benefit_svc.domain.refusals import EntitlementNotFound, MemberNotFound
from benefit_svc.handlers.settle_members import settle_members
from benefit_svc.store import entitlements, programme, standings
from chassis.tx import Tx
from contracts.ids import EntitlementId, MemberId


@dataclass(frozen=True)
class UseEntitlement:
    """Who uses what, where; `source` is the channel that says so."""

    member_id: MemberId
    entitlement_id: EntitlementId
    store_id: str
    source: str


async def use_entitlement(tx: Tx, ask: UseEntitlement) -> Entitlement:
    """One use, judged by what is true now: what has begun or ended since is settled first.

    Refusals: MemberNotFound, EntitlementNotFound, EntitlementNotUsable, EntitlementUsedUp.
    """
    known = await standings.lock_standings(tx, [ask.member_id])
    if ask.member_id not in known:
        raise MemberNotFound
    due_at = known[ask.member_id]
    if due_at is not None and due_at <= tx.now:
        told = await standings.told_tiers(tx, [ask.member_id])
        await settle_members(tx, told, await programme.rules(tx))
    found = await entitlements.entitlement_by_id(tx, ask.member_id, ask.entitlement_id)
    if found is None:
        raise EntitlementNotFound
    used = use(found, tx.now)
    await entitlements.keep_entitlements(tx, [used])
    await entitlements.keep_use(tx, used, ask.store_id, ask.source)
    tx.emit(telling.of_use(used, tx.now))
    return used
