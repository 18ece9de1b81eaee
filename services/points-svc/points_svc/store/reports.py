"""What finance reads: the journal's roll-ups, and its entries that are not rolled up yet.

Each report is one statement, so that it sees one state: an entry is read either in its roll-up or
by itself, never in both.
"""

from collections.abc import Sequence
from datetime import date, datetime

from chassis.tx import Tx
from points_svc.domain.liability import MonthMoved
from points_svc.domain.reports import JournalRow

JOURNAL_OF = """
WITH line AS (
    SELECT recorded_on, point_type, kind, debit, credit, occurred_month, postings, points
    FROM journal_sum WHERE recorded_on >= :begins_on AND recorded_on < :ends_on
    UNION ALL
    SELECT recorded_on, point_type, kind, debit, credit, occurred_month, postings, points
    FROM journal_entry
    WHERE entry_id > (SELECT coalesce(max(last_id), 0) FROM journal_roll)
      AND recorded_on >= :begins_on AND recorded_on < :ends_on)
SELECT to_char(recorded_on, CAST(:pattern AS text)) AS period, point_type, kind, debit, credit,
       occurred_month, CAST(sum(postings) AS bigint) AS postings,
       CAST(sum(points) AS bigint) AS points
FROM line
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY 1, 2, 3, 4, 5, 6 LIMIT :limit
"""
MOVED_BY_MONTH = """
WITH line AS (
    SELECT s.point_type, s.expiry_month, s.debit, s.credit, s.points
    FROM journal_roll r JOIN journal_sum s USING (last_id)
    WHERE CAST(:known_at AS timestamptz) IS NULL OR r.last_at <= :known_at
    UNION ALL
    SELECT e.point_type, e.expiry_month, e.debit, e.credit, e.points
    FROM journal_roll r JOIN journal_entry e ON e.entry_id BETWEEN r.first_id AND r.last_id
    WHERE r.first_at <= :known_at AND r.last_at > :known_at AND e.recorded_at <= :known_at
    UNION ALL
    SELECT point_type, expiry_month, debit, credit, points
    FROM journal_entry
    WHERE entry_id > (SELECT coalesce(max(last_id), 0) FROM journal_roll)
      AND (CAST(:known_at AS timestamptz) IS NULL OR recorded_at <= :known_at))
SELECT point_type, expiry_month, debit, credit, CAST(sum(points) AS bigint) AS points
FROM line
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
"""

PATTERNS = {"day": "YYYY-MM-DD", "month": "YYYY-MM"}


async def journal_of(
    tx: Tx, begins_on: date, ends_on: date, by: str, limit: int
) -> Sequence[JournalRow]:
    """The journal of the days [begins_on, ends_on), by `day` or `month` of recording."""
    rows = await tx.execute(
        "journal_of",
        JOURNAL_OF,
        begins_on=begins_on,
        ends_on=ends_on,
        pattern=PATTERNS[by],
        limit=limit,
    )
    return [JournalRow._make(row) for row in rows]


async def moved_by_month(tx: Tx, known_at: datetime | None) -> Sequence[MonthMoved]:
    """What moved between accounts, by the month in which the lots end, as far as it was recorded by
    `known_at` (None: all of it).
    """
    rows = await tx.execute("moved_by_month", MOVED_BY_MONTH, known_at=known_at)
    return [MonthMoved._make(row) for row in rows]
