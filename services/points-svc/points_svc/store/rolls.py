"""The journal rolled up: sums of entries that can no longer change, so that a year stays small.

Entry ids are given before their transaction commits, so the newest that is seen may have older ones
still on their way. What is marked now is rolled up once every transaction that was under way then
has ended: by the database's own count, never by a clock.
"""

from typing import NamedTuple

from chassis.tx import Tx

LEAD = "SELECT pg_try_advisory_xact_lock(hashtext('journal'), hashtext('roll')) AS leads"
STATE = """
SELECT (SELECT coalesce(max(last_id), 0) FROM journal_roll) AS rolled,
       (SELECT coalesce(max(entry_id), 0) FROM journal_entry) AS newest,
       m.last_id AS marked, m.seen_by,
       CAST(CAST(pg_snapshot_xmin(s.now) AS text) AS bigint) AS oldest,
       CAST(CAST(pg_snapshot_xmax(s.now) AS text) AS bigint) AS next
FROM (SELECT pg_current_snapshot() AS now) s LEFT JOIN journal_mark m ON true
"""
MARK = """
INSERT INTO journal_mark (is_one, last_id, seen_by) VALUES (true, :last_id, :seen_by)
ON CONFLICT (is_one) DO UPDATE SET last_id = excluded.last_id, seen_by = excluded.seen_by
"""
UNMARK = "DELETE FROM journal_mark"
ROLL = """
WITH chunk AS (
    SELECT * FROM journal_entry WHERE entry_id > :rolled AND entry_id <= :marked
    ORDER BY entry_id LIMIT :limit),
head AS (
    INSERT INTO journal_roll (last_id, first_id, first_at, last_at)
    SELECT max(entry_id), min(entry_id), min(recorded_at), max(recorded_at) FROM chunk
    RETURNING last_id),
summed AS (
    INSERT INTO journal_sum
    SELECT h.last_id, c.recorded_on, c.zone, c.point_type, c.kind, c.debit, c.credit,
           c.occurred_month, c.expiry_month, sum(c.postings), sum(c.points)
    FROM chunk c, head h
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9)
SELECT (SELECT last_id FROM head) AS last_id, count(*) AS entries FROM chunk
"""


class RollState(NamedTuple):
    """How far the journal is rolled up and marked, and which transactions the database counts."""

    rolled: int
    newest: int
    marked: int | None
    seen_by: int | None
    oldest: int
    next: int

    @property
    def is_settled(self) -> bool:
        """Whether every transaction that was under way at the mark has ended."""
        return self.seen_by is not None and self.seen_by <= self.oldest

    @property
    def is_foreign(self) -> bool:
        """Whether the mark counts transactions of another database: this was restored from a
        copy.
        """
        return self.seen_by is not None and self.seen_by > self.next


async def lead_rolls(tx: Tx) -> bool:
    """Whether this transaction is the one that rolls up, until it ends."""
    (row,) = await tx.execute("lead_rolls", LEAD)
    return bool(row.leads)


async def roll_state(tx: Tx) -> RollState:
    """How far the journal is rolled up."""
    (row,) = await tx.execute("roll_state", STATE)
    return RollState._make(row)


async def mark_journal(tx: Tx, state: RollState) -> None:
    """Remember the newest entry, and which transactions may still bring older ones."""
    await tx.execute("mark_journal", MARK, last_id=state.newest, seen_by=state.next)


async def unmark_journal(tx: Tx) -> None:
    """What was marked is rolled up."""
    await tx.execute("unmark_journal", UNMARK)


async def roll_entries(tx: Tx, state: RollState, limit: int) -> tuple[int, int]:
    """Roll up at most `limit` marked entries, the oldest first; answers the last one's id and how
    many they were.
    """
    (row,) = await tx.execute(
        "roll_entries", ROLL, rolled=state.rolled, marked=state.marked, limit=limit
    )
    return int(row.last_id), int(row.entries)
