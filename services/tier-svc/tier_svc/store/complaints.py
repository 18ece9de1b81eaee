"""Complaints as they were made, and what became of them, each kept by itself."""

from collections.abc import Sequence

from chassis.tx import Row, Tx
from contracts.events.purchases import FeedbackRecorded
from contracts.ids import FactId, MemberId
from tier_svc.domain.complaints import Complaint, Outcome
from tier_svc.domain.facts import NO_POINTS, Fact

KEEP_COMPLAINTS = """
INSERT INTO complaint
    (member_id, fact_id, occurred_at, channel, source_ref, category, severity)
SELECT member_id, fact_id, occurred_at, channel, source_ref, category, severity
FROM unnest(CAST(:members AS text[]), CAST(:facts AS text[]), CAST(:occurred AS timestamptz[]),
    CAST(:channels AS text[]), CAST(:refs AS text[]), CAST(:categories AS text[]),
    CAST(:severities AS text[]))
    AS u (member_id, fact_id, occurred_at, channel, source_ref, category, severity)
ON CONFLICT (member_id, fact_id) DO NOTHING
RETURNING member_id, fact_id
"""

KEEP_OUTCOMES = """
INSERT INTO complaint_outcome
    (member_id, fact_id, occurred_at, complaint_channel, complaint_ref, state)
SELECT member_id, fact_id, occurred_at, complaint_channel, complaint_ref, state
FROM unnest(CAST(:members AS text[]), CAST(:facts AS text[]), CAST(:occurred AS timestamptz[]),
    CAST(:channels AS text[]), CAST(:refs AS text[]), CAST(:states AS text[]))
    AS u (member_id, fact_id, occurred_at, complaint_channel, complaint_ref, state)
ON CONFLICT (member_id, fact_id) DO NOTHING
RETURNING member_id, fact_id
"""

COMPLAINTS_OF_MEMBERS = """
SELECT member_id, fact_id, occurred_at, channel, source_ref, category, severity FROM complaint
WHERE member_id = ANY (CAST(:members AS text[]))
"""

OUTCOMES_OF_MEMBERS = """
SELECT member_id, fact_id, occurred_at, complaint_channel, complaint_ref, state
FROM complaint_outcome WHERE member_id = ANY (CAST(:members AS text[]))
"""

Kept = dict[MemberId, set[FactId]]


async def keep_complaints(tx: Tx, made: Sequence[FeedbackRecorded]) -> Kept:
    """Keep the complaints; answers those that nobody had told before."""
    rows = await tx.execute(
        "keep_complaints",
        KEEP_COMPLAINTS,
        members=[one.member_id for one in made],
        facts=[one.fact_id for one in made],
        occurred=[one.occurred_at for one in made],
        channels=[one.source for one in made],
        refs=[one.source_ref for one in made],
        categories=[one.category for one in made],
        severities=[one.severity for one in made],
    )
    return _news(rows)


async def keep_outcomes(tx: Tx, became: Sequence[FeedbackRecorded]) -> Kept:
    """Keep what became of complaints, heard of or not; answers what nobody had told before."""
    rows = await tx.execute(
        "keep_outcomes",
        KEEP_OUTCOMES,
        members=[one.member_id for one in became],
        facts=[one.fact_id for one in became],
        occurred=[one.occurred_at for one in became],
        channels=[one.complaint_source for one in became],
        refs=[one.complaint_ref for one in became],
        states=[one.state for one in became],
    )
    return _news(rows)


async def complaints_of_members(tx: Tx, members: Sequence[MemberId]) -> dict[MemberId, list[Fact]]:
    """Every complaint of these members, whatever became of it."""
    rows = await tx.execute("complaints_of_members", COMPLAINTS_OF_MEMBERS, members=list(members))
    out: dict[MemberId, list[Fact]] = {}
    for row in rows:
        made = Complaint(row.category, row.severity, row.channel, row.source_ref)
        fact = Fact(row.occurred_at, row.fact_id, 0, 0, NO_POINTS, made)
        out.setdefault(row.member_id, []).append(fact)
    return out


async def outcomes_of_members(tx: Tx, members: Sequence[MemberId]) -> dict[MemberId, list[Outcome]]:
    """What became of complaints of these members."""
    rows = await tx.execute("outcomes_of_members", OUTCOMES_OF_MEMBERS, members=list(members))
    out: dict[MemberId, list[Outcome]] = {}
    for row in rows:
        name = (row.complaint_channel, row.complaint_ref)
        one = Outcome(row.occurred_at, row.fact_id, name, row.state)
        out.setdefault(row.member_id, []).append(one)
    return out


def _news(rows: Sequence[Row]) -> Kept:
    out: Kept = {}
    for row in rows:
        out.setdefault(row.member_id, set()).add(row.fact_id)
    return out
