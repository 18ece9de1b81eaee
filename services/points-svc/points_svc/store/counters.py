"""What caps that span purchases have let through, by member and period."""

from collections.abc import Collection, Mapping

from chassis.tx import Tx
from points_svc.domain.campaigns import Counter

ASKED = """
unnest(
    CAST(:member_ids AS text[]), CAST(:point_types AS text[]), CAST(:caps AS text[]),
    CAST(:periods AS text[])
"""
USED_OF = f"""
SELECT c.member_id, c.point_type, c.cap, c.period, c.points
FROM {ASKED}) AS n (member_id, point_type, cap, period)
JOIN cap_counter c ON c.member_id = n.member_id AND c.point_type = n.point_type
    AND c.cap = n.cap AND c.period = n.period
"""
ADD_USED = f"""
INSERT INTO cap_counter AS c (member_id, point_type, cap, period, points)
SELECT n.member_id, n.point_type, n.cap, n.period, n.points
FROM {ASKED}, CAST(:points AS bigint[])) AS n (member_id, point_type, cap, period, points)
ORDER BY 1, 2, 3, 4
ON CONFLICT (member_id, point_type, cap, period) DO UPDATE SET points = c.points + excluded.points
"""


async def used_of(tx: Tx, counters: Collection[Counter]) -> dict[Counter, int]:
    """What these counters stand at; those that were never counted on are missing."""
    rows = await tx.execute("used_of", USED_OF, **_columns(counters))
    return {
        Counter(row.member_id, row.point_type, row.cap, row.period): int(row.points) for row in rows
    }


async def add_used(tx: Tx, counted: Mapping[Counter, int]) -> None:
    """Count more. Who writes the member's account is alone with its counters."""
    await tx.execute("add_used", ADD_USED, **_columns(counted), points=list(counted.values()))


def _columns(counters: Collection[Counter]) -> dict[str, list[str]]:
    return {
        "member_ids": [counter.member_id for counter in counters],
        "point_types": [counter.point_type for counter in counters],
        "caps": [counter.cap for counter in counters],
        "periods": [counter.period for counter in counters],
    }
