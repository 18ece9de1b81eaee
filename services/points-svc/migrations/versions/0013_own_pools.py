"""Pools: which channel let a member in."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what was said before nobody is the channel: staff see it."""
    op.execute("""ALTER TABLE pool_change ADD COLUMN source text COLLATE "C" NOT NULL DEFAULT ''""")
