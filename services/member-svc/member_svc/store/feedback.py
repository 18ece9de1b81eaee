"""Feedback as it was told, and what became of complaints."""

from chassis.tx import Row, Tx
from member_svc.domain.feedback import Outcome, read_feedback

FIND_FEEDBACK = """
SELECT source, source_ref, fact_id, member_id, status, reason, occurred_at, recorded_at, counted_at,
       content
FROM fact WHERE source = :source AND kind = 'feedback' AND source_ref = :source_ref
"""

# What counts of the same member; an unclaimed complaint has nobody whose outcome could count.
OUTCOMES_OF = """
SELECT occurred_at, fact_id, content FROM fact
WHERE complaint_source = :source AND complaint_ref = :source_ref
  AND status = 'accepted' AND member_id = :member_id
"""


async def find_feedback(tx: Tx, source: str, source_ref: str) -> Row | None:
    """A source's own feedback, or None."""
    rows = await tx.execute("find_feedback", FIND_FEEDBACK, source=source, source_ref=source_ref)
    return rows[0] if rows else None


async def outcomes_of(tx: Tx, complaint: Row) -> list[Outcome]:
    """The outcomes of a complaint that count."""
    rows = await tx.execute(
        "outcomes_of",
        OUTCOMES_OF,
        source=complaint.source,
        source_ref=complaint.source_ref,
        member_id=complaint.member_id,
    )
    found = [(row.occurred_at, row.fact_id, read_feedback(row.content).state) for row in rows]
    return [Outcome(at, fact_id, state) for at, fact_id, state in found if state is not None]
