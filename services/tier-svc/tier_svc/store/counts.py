"""How many members stand where: read from an index, never from what was told of them. A million
took 0.2 s; 3 s where many standings have changed since they were last vacuumed.
"""

from chassis.tx import Tx

DUE_MAX = 10_000

MEMBERS_BY_TIER = """
SELECT tier, count(*) AS members FROM standing WHERE ladder = :ladder GROUP BY tier
"""

COUNT_DUE = """
SELECT count(*) AS n FROM (
    SELECT FROM standing WHERE next_evaluation_at <= :now AND ladder = :ladder LIMIT :limit) AS due
"""


async def members_by_tier(tx: Tx, ladder: str) -> dict[str, int]:
    """Members by the tier in which the last pass left them."""
    rows = await tx.execute("members_by_tier", MEMBERS_BY_TIER, ladder=ladder)
    return {row.tier: row.members for row in rows}


async def count_due(tx: Tx, ladder: str) -> int:
    """Those whose change has come since; not more than `DUE_MAX` are counted."""
    (row,) = await tx.execute("count_due", COUNT_DUE, ladder=ladder, now=tx.now, limit=DUE_MAX)
    number: int = row.n
    return number
