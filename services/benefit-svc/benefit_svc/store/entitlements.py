"""Entitlements, one row a (member, benefit, cycle), and their uses."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from benefit_svc.domain.entitlements import Entitlement
from benefit_svc.domain.justification import GrantKey
from benefit_svc.domain.periods import Window
from benefit_svc.store.catalog import written
from chassis.tx import Row, Tx
from contracts.ids import BenefitId, EntitlementId, MemberId

ENTITLEMENTS_OF = """
SELECT * FROM entitlement WHERE member_id = ANY(CAST(:members AS text[]))
"""

ENTITLEMENT_BY_ID = """
SELECT * FROM entitlement
WHERE member_id = :member_id AND entitlement_id = :entitlement_id
"""

KEEP_ENTITLEMENTS = """
INSERT INTO entitlement (member_id, benefit_id, cycle, entitlement_id, version, windows, uses_max,
    state, is_justified, used, grants, changed_at)
SELECT member_id, benefit_id, cycle, entitlement_id, version, CAST(windows AS jsonb), uses_max,
    state, is_justified, used, grants, :now
FROM unnest(
    CAST(:member_id AS text[]), CAST(:benefit_id AS text[]), CAST(:cycle AS text[]),
    CAST(:entitlement_id AS text[]), CAST(:version AS integer[]), CAST(:windows AS text[]),
    CAST(:uses_max AS integer[]), CAST(:state AS text[]), CAST(:is_justified AS boolean[]),
    CAST(:used AS integer[]), CAST(:grants AS integer[])
) AS e (member_id, benefit_id, cycle, entitlement_id, version, windows, uses_max,
    state, is_justified, used, grants)
ON CONFLICT (member_id, benefit_id, cycle) DO UPDATE SET
    version = excluded.version, windows = excluded.windows, uses_max = excluded.uses_max,
    state = excluded.state, is_justified = excluded.is_justified, used = excluded.used,
    grants = excluded.grants, changed_at = excluded.changed_at
"""

KEEP_USE = """
INSERT INTO entitlement_use (member_id, entitlement_id, used, used_at, store_id, source)
VALUES (:member_id, :entitlement_id, :used, :now, :store_id, :source)
"""


async def entitlements_of(
    tx: Tx, members: Sequence[MemberId]
) -> dict[MemberId, dict[GrantKey, Entitlement]]:
    """Every entitlement that members have or had, by key."""
    found: dict[MemberId, dict[GrantKey, Entitlement]] = defaultdict(dict)
    for row in await tx.execute("entitlements_of", ENTITLEMENTS_OF, members=list(members)):
        one = entitlement(row)
        found[one.member_id][one.key] = one
    return found


async def entitlement_by_id(
    tx: Tx, member_id: MemberId, entitlement_id: EntitlementId
) -> Entitlement | None:
    """One entitlement of a member."""
    rows = await tx.execute(
        "entitlement_by_id",
        ENTITLEMENT_BY_ID,
        member_id=member_id,
        entitlement_id=entitlement_id,
    )
    return entitlement(rows[0]) if rows else None


async def keep_entitlements(tx: Tx, entitlements: Sequence[Entitlement]) -> None:
    """Write entitlements as they stand now; their members are locked."""
    await tx.execute(
        "keep_entitlements",
        KEEP_ENTITLEMENTS,
        now=tx.now,
        member_id=[e.member_id for e in entitlements],
        benefit_id=[e.key.benefit_id for e in entitlements],
        cycle=[e.key.cycle for e in entitlements],
        entitlement_id=[e.entitlement_id for e in entitlements],
        version=[e.version for e in entitlements],
        windows=[written(e.windows) for e in entitlements],
        uses_max=[e.uses_max for e in entitlements],
        state=[e.state for e in entitlements],
        is_justified=[e.is_justified for e in entitlements],
        used=[e.used for e in entitlements],
        grants=[e.grants for e in entitlements],
    )


async def keep_use(tx: Tx, used: Entitlement, store_id: str, source: str) -> None:
    """Write down the use that made `used` what it is."""
    await tx.execute(
        "keep_use",
        KEEP_USE,
        member_id=used.member_id,
        entitlement_id=used.entitlement_id,
        used=used.used,
        now=tx.now,
        store_id=store_id,
        source=source,
    )


def entitlement(row: Row) -> Entitlement:
    """A row as the domain knows it."""
    return Entitlement(
        member_id=row.member_id,
        key=GrantKey(BenefitId(row.benefit_id), row.cycle),
        version=row.version,
        windows=msgspec.convert(row.windows, tuple[Window, ...]),
        uses_max=row.uses_max,
        state=row.state,
        is_justified=row.is_justified,
        used=row.used,
        grants=row.grants,
    )
