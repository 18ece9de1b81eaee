"""Accounts that a sweep forgot are due again."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

REMEMBER = """
INSERT INTO due (due_at, member_id, point_type)
SELECT a.due_at, a.member_id, a.point_type FROM account a
WHERE a.due_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM due d
    WHERE d.due_at = a.due_at AND d.member_id = a.member_id AND d.point_type = a.point_type)
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    """Where points were given back in a sweep, it forgot when the account was due: the next one
    finds what ended since, and plans what follows.
    """
    op.execute(REMEMBER)
