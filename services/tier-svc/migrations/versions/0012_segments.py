"""Which segments members are in, as member-svc said it."""

from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

TOLD_SEGMENT = """
CREATE TABLE told_segment (
    member_id  text COLLATE "C" NOT NULL,
    segment    text COLLATE "C" NOT NULL,
    seq        bigint NOT NULL,
    from_at    timestamptz NOT NULL,
    is_in      boolean NOT NULL,
    PRIMARY KEY (member_id, segment, seq),
    CHECK (seq >= 1)
)"""


def upgrade() -> None:
    """Of whom nothing was said is in none."""
    op.execute(TOLD_SEGMENT)
