"""Returns under their purchase's key, also those that wait for it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from chassis.tx import Tx
from contracts.events.purchases import PurchaseReturned, ReturnedLine
from points_svc.domain.basis import packed
from points_svc.domain.facts import Back, Returned

KEEP_RETURNS = """
INSERT INTO returned (member_id, purchase_fact_id, fact_id, occurred_at, recorded_at, lines)
SELECT n.member_id, n.purchase_fact_id, n.fact_id, n.occurred_at, :now, n.lines
FROM unnest(
    CAST(:member_ids AS text[]), CAST(:purchase_fact_ids AS text[]), CAST(:fact_ids AS text[]),
    CAST(:occurred AS timestamptz[]), CAST(:lines AS bytea[])
) AS n (member_id, purchase_fact_id, fact_id, occurred_at, lines)
ON CONFLICT (member_id, purchase_fact_id, fact_id) DO NOTHING
RETURNING fact_id
"""
RETURNS_OF = """
SELECT b.purchase_fact_id, b.fact_id, b.occurred_at, b.lines
FROM unnest(CAST(:member_ids AS text[]), CAST(:fact_ids AS text[])) AS n (member_id, fact_id)
CROSS JOIN LATERAL (
    SELECT * FROM returned r
    WHERE r.member_id = n.member_id AND r.purchase_fact_id = n.fact_id OFFSET 0) b
"""

_lines = msgspec.msgpack.Decoder(tuple[Back, ...])


async def keep_returns(tx: Tx, returns: Sequence[PurchaseReturned]) -> set[str]:
    """Keep these returns; answers the fact ids of those that are new."""
    rows = await tx.execute(
        "keep_returns",
        KEEP_RETURNS,
        now=tx.now,
        member_ids=[back.member_id for back in returns],
        purchase_fact_ids=[back.purchase_fact_id for back in returns],
        fact_ids=[back.fact_id for back in returns],
        occurred=[back.occurred_at for back in returns],
        lines=[packed([_back(line) for line in back.lines]) for back in returns],
    )
    return {row.fact_id for row in rows}


async def returns_of(tx: Tx, purchases: Iterable[tuple[str, str]]) -> dict[str, list[Returned]]:
    """The returns of these (member id, purchase's fact id), by the purchase's fact id."""
    keys = sorted(set(purchases))
    rows = await tx.execute(
        "returns_of",
        RETURNS_OF,
        member_ids=[member_id for member_id, _ in keys],
        fact_ids=[fact_id for _, fact_id in keys],
    )
    found: defaultdict[str, list[Returned]] = defaultdict(list)
    for row in rows:
        found[row.purchase_fact_id].append(
            Returned(row.purchase_fact_id, row.fact_id, row.occurred_at, _lines.decode(row.lines))
        )
    return found


def _back(line: ReturnedLine) -> Back:
    return Back(line.line_id, line.quantity, line.refund_minor)
