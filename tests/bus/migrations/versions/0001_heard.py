"""What a listener heard: one row each time, so that a double shows."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """A table without a key."""
    op.execute(
        "CREATE TABLE heard (id bigint GENERATED ALWAYS AS IDENTITY, event_id text, member_id text)"
    )
