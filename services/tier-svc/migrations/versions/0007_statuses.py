"""What members may do, as member-svc said it last."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MEMBER_STATUS = """
CREATE TABLE member_status (
    member_id  text COLLATE "C" PRIMARY KEY,
    status     text COLLATE "C" NOT NULL,
    revision   integer NOT NULL,
    CHECK (revision >= 1)
) WITH (fillfactor = 90)"""


def upgrade() -> None:
    """Of whom nothing was said is active."""
    op.execute(MEMBER_STATUS)
