"""Postings by their key, a bounded number of rows a statement, for who takes them all."""

from collections.abc import Sequence
from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.reports import Exported

PAGE_ENDS = """
SELECT member_id, fact_id, part FROM posting
WHERE (member_id, fact_id, part) > (:member_id, :fact_id, :part)
ORDER BY member_id, fact_id, part OFFSET :skipped LIMIT 1
"""
PAGE = """
SELECT member_id, fact_id, part, point_type, kind, debit, credit, points, occurred_at, recorded_at,
       rule_version, revision, available_from, expires_at, seq, hash
FROM posting
WHERE (member_id, fact_id, part) > (:after_member, :after_fact, :after_part)
  AND (member_id, fact_id, part) <= (:member_id, :fact_id, :part)
  AND recorded_at >= :begins_at AND recorded_at < :ends_at
ORDER BY member_id, fact_id, part
"""

Key = tuple[str, str, str]
FIRST: Key = ("", "", "")
LAST: Key = ("~", "~", "~")
"""Sort before and after every key."""


async def page_ends(tx: Tx, after: Key, rows: int) -> Key:
    """The key of the posting so many rows behind another; LAST where there are fewer."""
    member_id, fact_id, part = after
    found = await tx.execute(
        "page_ends",
        PAGE_ENDS,
        member_id=member_id,
        fact_id=fact_id,
        part=part,
        skipped=rows - 1,
    )
    return (found[0].member_id, found[0].fact_id, found[0].part) if found else LAST


async def postings_up_to(
    tx: Tx, after: Key, end: Key, period: tuple[datetime, datetime]
) -> Sequence[Exported]:
    """The postings behind one key up to another that were recorded in a period."""
    rows = await tx.execute(
        "postings_up_to",
        PAGE,
        after_member=after[0],
        after_fact=after[1],
        after_part=after[2],
        member_id=end[0],
        fact_id=end[1],
        part=end[2],
        begins_at=period[0],
        ends_at=period[1],
    )
    return [Exported._make(row) for row in rows]
