"""How many records in a row could not be understood, beside the offset that went past them."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A count that a restart does not forget."""
    op.execute("""
        ALTER TABLE consumer_offset
        ADD COLUMN parked_in_a_row integer NOT NULL DEFAULT 0 CHECK (parked_in_a_row >= 0)""")
