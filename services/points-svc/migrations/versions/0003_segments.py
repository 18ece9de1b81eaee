"""Which segments members were told to be in: rules may look at them (P5)."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TOLD_SEGMENT = """
CREATE TABLE told_segment (
    member_id  text COLLATE "C" NOT NULL,
    segment    text COLLATE "C" NOT NULL,
    seq        bigint NOT NULL,
    from_at    timestamptz NOT NULL,
    is_in      boolean NOT NULL,
    PRIMARY KEY (member_id, segment, seq)
)"""


def upgrade() -> None:
    """One row a message, by its sequence; nothing is ever changed."""
    op.execute(TOLD_SEGMENT)
