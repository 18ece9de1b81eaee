"""What was told is kept by ladder, each with its own sequence.

Rows of before name none: they were told when there was one ladder, and go over to the first that is
heard of.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BY_LADDER = """
ALTER TABLE told_tier ADD COLUMN ladder text COLLATE "C" NOT NULL DEFAULT ''
"""

NAMED = """
ALTER TABLE told_tier ALTER COLUMN ladder DROP DEFAULT, DROP CONSTRAINT told_tier_pkey,
    ADD PRIMARY KEY (member_id, ladder, from_at)
"""


def upgrade() -> None:
    """Every ladder has a timeline of its own."""
    for statement in (BY_LADDER, NAMED):
        op.execute(statement)
