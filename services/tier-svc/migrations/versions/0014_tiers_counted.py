"""Members are counted by tier without reading what was told of them."""

from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No row changes."""
    op.execute("CREATE INDEX standing_tiers ON standing (ladder, tier)")
