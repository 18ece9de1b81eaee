"""Benefits in their versions."""

import msgspec

from benefit_svc.domain.catalog import Benefit, Offer
from chassis.tx import Row, Tx
from contracts.ids import BenefitId

LOCK_CATALOG = "SELECT version FROM catalog FOR UPDATE"

COUNT_UP_CATALOG = "UPDATE catalog SET version = version + 1"

VERSIONS_OF_BENEFIT = """
SELECT benefit_id, version, effective_from, offer
FROM benefit_version WHERE benefit_id = :benefit_id ORDER BY version
"""

ALL_BENEFITS = """
SELECT benefit_id, version, effective_from, offer, catalog_version
FROM benefit_version ORDER BY benefit_id, version
"""

ADD_VERSION = """
INSERT INTO benefit_version
    (benefit_id, version, catalog_version, effective_from, offer, published_at, published_by)
VALUES
    (:benefit_id, :version, :catalog_version, :effective_from, CAST(:offer AS jsonb), :now, :actor)
"""


async def lock_catalog(tx: Tx) -> int:
    """The catalog's number; whoever publishes waits here for whoever is publishing."""
    (row,) = await tx.execute("lock_catalog", LOCK_CATALOG)
    version: int = row.version
    return version


async def count_up_catalog(tx: Tx) -> None:
    """One more version is in the catalog."""
    await tx.execute("count_up_catalog", COUNT_UP_CATALOG)


async def versions_of_benefit(tx: Tx, benefit_id: BenefitId) -> list[Benefit]:
    """A benefit's versions, first to last."""
    rows = await tx.execute("versions_of_benefit", VERSIONS_OF_BENEFIT, benefit_id=benefit_id)
    return [_benefit(row) for row in rows]


async def all_benefits(tx: Tx) -> tuple[int, tuple[Benefit, ...]]:
    """The catalog's number and every version in it, by id and version."""
    rows = await tx.execute("all_benefits", ALL_BENEFITS)
    number = max((row.catalog_version for row in rows), default=0)
    return number, tuple(_benefit(row) for row in rows)


async def add_version(tx: Tx, benefit: Benefit, catalog_version: int) -> None:
    """Append a version; none is ever edited."""
    await tx.execute(
        "add_benefit_version",
        ADD_VERSION,
        benefit_id=benefit.benefit_id,
        version=benefit.version,
        catalog_version=catalog_version,
        effective_from=benefit.effective_from,
        offer=written(benefit.offer),
        now=tx.now,
        actor=tx.cause.actor,
    )


def written(value: object) -> str:
    """A domain value as JSON."""
    return msgspec.json.encode(value, order="deterministic").decode()


def _benefit(row: Row) -> Benefit:
    offer = msgspec.convert(row.offer, Offer)
    return Benefit(row.benefit_id, row.version, row.effective_from, offer)
