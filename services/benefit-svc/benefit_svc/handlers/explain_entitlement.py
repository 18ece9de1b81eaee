"""Say why an entitlement stands as it does."""

from benefit_svc.domain.reasons import Reasons, reasons
from benefit_svc.domain.refusals import EntitlementNotFound
from benefit_svc.store import catalog, entitlements, standings
from chassis.tx import Tx
from contracts.ids import EntitlementId, MemberId


async def explain_entitlement(
    tx: Tx, member_id: MemberId, entitlement_id: EntitlementId
) -> Reasons:
    """The version that made it, and each interval of the member's timeline. Refusals:
    EntitlementNotFound.
    """
    found = await entitlements.entitlement_by_id(tx, member_id, entitlement_id)
    if found is None:
        raise EntitlementNotFound
    versions = await catalog.versions_of_benefit(tx, found.key.benefit_id)
    (benefit,) = [benefit for benefit in versions if benefit.version == found.version]
    told = await standings.told_tiers(tx, [member_id])
    return reasons(found, benefit, told[member_id])
