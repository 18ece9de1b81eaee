"""Who is told that their tier runs out, and when to look."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STANDING = "ALTER TABLE standing ADD COLUMN falls_at timestamptz"

LOOK_ONCE = "UPDATE standing SET falls_at = timestamptz '2000-01-01 00:00Z'"

STANDING_FALLS = "CREATE INDEX standing_falls ON standing (falls_at) WHERE falls_at IS NOT NULL"

WARNING = """
CREATE TABLE warning (
    member_id    text COLLATE "C" NOT NULL,
    ladder       text COLLATE "C" NOT NULL,
    until_at     timestamptz NOT NULL,
    tier         text COLLATE "C" NOT NULL,
    recorded_at  timestamptz NOT NULL,
    PRIMARY KEY (member_id, ladder, until_at)
)"""


def upgrade() -> None:
    """Every standing of before is looked at once."""
    for statement in (STANDING, LOOK_ONCE, STANDING_FALLS, WARNING):
        op.execute(statement)
