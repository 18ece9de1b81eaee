"""What the auditor keeps: its round, what it found, and whether nothing appeared from nowhere."""

from collections.abc import Sequence
from typing import Any

from chassis.tx import Tx
from points_svc.domain.audit_pace import AuditRound
from points_svc.domain.proof import Finding
from points_svc.domain.violations import Violation

COLUMNS = ", ".join(AuditRound.__dataclass_fields__)
VALUES = ", ".join(f":{name}" for name in AuditRound.__dataclass_fields__)
BEGIN_ROUNDS = f"""
INSERT INTO audit_round (is_one, {COLUMNS}) VALUES (true, {VALUES}) ON CONFLICT (is_one) DO NOTHING
"""
LOCK_ROUND = f"SELECT {COLUMNS} FROM audit_round FOR UPDATE SKIP LOCKED"
LOOK_ROUND = f"SELECT {COLUMNS} FROM audit_round"
KEEP_ROUND = f"UPDATE audit_round SET ({COLUMNS}) = ROW ({VALUES})"
KEEP_FINDINGS = """
INSERT INTO finding (
    member_id, point_type, seq, invariant, what, posting_id, numbers, found_at, found_on)
SELECT n.*, :now, :today FROM unnest(
    CAST(:member_ids AS text[]), CAST(:point_types AS text[]), CAST(:seqs AS bigint[]),
    CAST(:invariants AS text[]), CAST(:whats AS text[]), CAST(:posting_ids AS text[]),
    CAST(:numbers AS text[])) AS n
ON CONFLICT DO NOTHING
"""
FINDINGS_BEFORE = """
SELECT finding_id, found_at, invariant, what, member_id, point_type, seq, posting_id, numbers
FROM finding WHERE finding_id < :before ORDER BY finding_id DESC LIMIT :limit
"""
APPEARED = """
WITH line AS (
    SELECT point_type, debit, credit, points FROM journal_sum
    UNION ALL
    SELECT point_type, debit, credit, points FROM journal_entry
    WHERE entry_id > (SELECT coalesce(max(last_id), 0) FROM journal_roll)),
side AS (
    SELECT point_type, credit AS side, points FROM line
    UNION ALL SELECT point_type, debit, -points FROM line
    UNION ALL SELECT point_type, 'available', -sum(available) FROM account GROUP BY point_type
    UNION ALL SELECT point_type, 'pending', -sum(pending) FROM account GROUP BY point_type
    UNION ALL SELECT point_type, 'held', -sum(held) FROM account GROUP BY point_type
    UNION ALL SELECT point_type, 'deficit', sum(deficit) FROM account GROUP BY point_type)
SELECT point_type, side, CAST(sum(points) AS bigint) AS points FROM side
WHERE side IN ('available', 'pending', 'held', 'deficit', 'transfer')
GROUP BY point_type, side HAVING sum(points) <> 0 ORDER BY point_type, side
"""


async def begin_rounds(tx: Tx, first: AuditRound) -> None:
    """Keep the first round where none was begun."""
    await tx.execute("begin_rounds", BEGIN_ROUNDS, **vars(first))


async def lock_round(tx: Tx) -> AuditRound | None:
    """The round under way, for this transaction alone; None where another has it in hand."""
    rows = await tx.execute("lock_round", LOCK_ROUND)
    return AuditRound(**rows[0]._asdict()) if rows else None


async def look_at_round(tx: Tx) -> AuditRound | None:
    """The round under way; None before the first."""
    rows = await tx.execute("look_at_round", LOOK_ROUND)
    return AuditRound(**rows[0]._asdict()) if rows else None


async def keep_round(tx: Tx, now: AuditRound) -> None:
    """Keep how far the round is."""
    await tx.execute("keep_round", KEEP_ROUND, **vars(now))


async def keep_findings(tx: Tx, found: Sequence[tuple[str, str, Violation]]) -> None:
    """Keep violations by (member id, point type). What still stands is kept once a day (UTC)."""
    columns: dict[str, list[Any]] = {
        "member_ids": [member_id for member_id, _, _ in found],
        "point_types": [point_type for _, point_type, _ in found],
        "seqs": [one.seq for _, _, one in found],
        "invariants": [one.invariant for _, _, one in found],
        "whats": [one.what for _, _, one in found],
        "posting_ids": [one.posting_id for _, _, one in found],
        "numbers": [one.numbers for _, _, one in found],
    }
    await tx.execute("keep_findings", KEEP_FINDINGS, now=tx.now, today=tx.now.date(), **columns)


async def findings_before(tx: Tx, before: int, limit: int) -> list[Finding]:
    """What was found, newest first, behind a finding."""
    rows = await tx.execute("findings_before", FINDINGS_BEFORE, before=before, limit=limit)
    return [Finding._make(row) for row in rows]


async def appeared(tx: Tx) -> list[tuple[str, str, int]]:
    """(point type, side, points) by which the journal and all accounts differ, or that were sent to
    nobody (I1): read in one statement, so of one state.
    """
    rows = await tx.execute("appeared", APPEARED)
    return [(row.point_type, row.side, row.points) for row in rows]
