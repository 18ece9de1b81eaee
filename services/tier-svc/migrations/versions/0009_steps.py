"""Steps up that are bought with points."""

from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

STEP_UP = """
CREATE TABLE step_up (
    member_id          text COLLATE "C" NOT NULL,
    step_id            text COLLATE "C" NOT NULL,
    ladder             text COLLATE "C" NOT NULL,
    tier               text COLLATE "C" NOT NULL,
    points             bigint           NOT NULL CHECK (points > 0),
    point_type         text COLLATE "C" NOT NULL,
    lasts_months       integer          NOT NULL,
    lasts_days         integer          NOT NULL,
    programme_version  integer          NOT NULL,
    source             text             NOT NULL,
    key                text             NOT NULL,
    actor              text             NOT NULL,
    state              text             NOT NULL
        CHECK (state IN ('decided', 'refusing', 'given', 'refused')),
    why                jsonb,
    attempts           integer          NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_at    timestamptz,
    decided_at         timestamptz      NOT NULL,
    ended_at           timestamptz,
    PRIMARY KEY (member_id, step_id),
    CHECK ((lasts_months > 0) <> (lasts_days > 0)),
    CHECK ((state IN ('decided', 'refusing')) = (next_attempt_at IS NOT NULL)),
    CHECK ((state IN ('decided', 'refusing')) = (ended_at IS NULL)),
    CHECK ((state IN ('refusing', 'refused')) = (why IS NOT NULL))
) WITH (fillfactor = 90)"""

ONE_AT_A_TIME = """
CREATE UNIQUE INDEX step_up_open ON step_up (member_id, ladder)
WHERE state IN ('decided', 'refusing')
"""

DUE = "CREATE INDEX step_up_due ON step_up (next_attempt_at) WHERE next_attempt_at IS NOT NULL"


def upgrade() -> None:
    """Nobody has bought one yet."""
    for statement in (STEP_UP, ONE_AT_A_TIME, DUE):
        op.execute(statement)
