"""Feedback is a fact; an outcome names the complaint that it is of."""

from alembic import op

revision = "0005_feedback"
down_revision = "0004_segments"

FEEDBACK = (
    "ALTER TABLE fact DROP CONSTRAINT fact_kind_check",
    """
    ALTER TABLE fact
        ADD COLUMN complaint_source text COLLATE "C",
        ADD COLUMN complaint_ref text COLLATE "C",
        ADD CHECK (kind IN ('purchase', 'return', 'void', 'activity', 'feedback')),
        ADD CHECK (num_nulls(complaint_source, complaint_ref) IN (0, 2)),
        ADD CHECK (kind = 'feedback' OR complaint_ref IS NULL)
    """,
    """
    CREATE INDEX fact_of_complaint ON fact (complaint_source, complaint_ref)
    WHERE complaint_ref IS NOT NULL
    """,
)


def upgrade() -> None:
    """Let facts be of one more kind."""
    for statement in FEEDBACK:
        op.execute(statement)
