"""What was told, telling by telling, so that it can be asked for as it was known then."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TOLD_LOG = """
CREATE TABLE told_log (
    member_id    text COLLATE "C" NOT NULL,
    ladder       text COLLATE "C" NOT NULL,
    seq          bigint NOT NULL,
    recorded_at  timestamptz NOT NULL,
    from_at      timestamptz NOT NULL,
    intervals    jsonb NOT NULL,
    PRIMARY KEY (member_id, ladder, seq),
    CHECK (seq >= 1)
)"""

TELLINGS = """
INSERT INTO told_log (member_id, ladder, seq, recorded_at, from_at, intervals)
SELECT member_id, ladder, seq, now(), CAST(told -> 0 ->> 'from_at' AS timestamptz), told
FROM standing
"""


def upgrade() -> None:
    """What was told before is known as one telling, of now."""
    for statement in (TOLD_LOG, TELLINGS):
        op.execute(statement)
