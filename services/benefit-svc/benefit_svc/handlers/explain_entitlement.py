"""Say why an entitlement stands as it does."""

from benefit_svc.domain.reasons import Reasons, reasons
from benefit_svc.domain.refusals import EntitlementNotFound
from benefit_svc.domain.timeline import eligible
from benefit_svc.store import catalog, entitlements, programme, standings
from chassis.tx import Tx
from contracts.ids import EntitlementId, MemberId


async def explain_entitlement(
    tx: Tx, member_id: MemberId, entitlement_id: EntitlementId
) -> Reasons:
    """The version that made it, and each interval of the ladder that makes eligible. Refusals:
    EntitlementNotFound.
    """
    found = await entitlements.entitlement_by_id(tx, member_id, entitlement_id)
    if found is None:
        raise EntitlementNotFound
    versions = await catalog.versions_of_benefit(tx, found.key.benefit_id)
    (benefit,) = [benefit for benefit in versions if benefit.version == found.version]
    told = await standings.told_tiers(tx, [member_id])
    settled = await programme.rules(tx)
    return reasons(found, benefit, eligible(told[member_id], settled.ladder))
