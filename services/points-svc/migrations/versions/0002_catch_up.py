"""What a publication leaves to be done: purchases that older versions had rated before (E4)."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CATCH_UP = """
CREATE TABLE catch_up (
    version       integer PRIMARY KEY REFERENCES rule_version (version),
    after_member  text COLLATE "C" NOT NULL DEFAULT '',
    done_at       timestamptz
)"""
PUBLISHED_BEFORE = """
INSERT INTO catch_up (version)
SELECT version FROM rule_version WHERE effective_from IS NOT NULL
"""


def upgrade() -> None:
    """One row a version with a beginning; those published before are caught up too."""
    op.execute(CATCH_UP)
    op.execute(PUBLISHED_BEFORE)
