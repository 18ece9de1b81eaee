"""Simulations: until when somebody has one in hand."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that is empty changes no row that is there."""
    op.execute("ALTER TABLE simulation ADD COLUMN claimed_until timestamptz")
