"""Simulations: what was asked, how far each has come, and whose points would change."""

from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

SIMULATION = """
CREATE TABLE simulation (
    simulation_id  text COLLATE "C" PRIMARY KEY,
    version        integer NOT NULL REFERENCES rule_version,
    against        integer REFERENCES rule_version,
    digest         bytea NOT NULL,
    scenario       jsonb NOT NULL,
    state          text COLLATE "C" NOT NULL,
    members        bigint,
    members_done   bigint NOT NULL DEFAULT 0,
    last_member    text COLLATE "C" NOT NULL DEFAULT '',
    pages          integer NOT NULL DEFAULT 0,
    tries          integer NOT NULL DEFAULT 0,
    tally          jsonb NOT NULL DEFAULT '{}',
    asked_at       timestamptz NOT NULL,
    asked_by       text COLLATE "C" NOT NULL,
    ended_at       timestamptz,
    CHECK (state IN ('waiting', 'running', 'done', 'cancelled', 'failed')),
    CHECK ((ended_at IS NULL) = (state IN ('waiting', 'running'))),
    CHECK (members_done >= 0 AND pages >= 0 AND tries >= 0)
)"""

SIMULATION_OPEN = """
CREATE INDEX simulation_open ON simulation (asked_at, simulation_id) WHERE ended_at IS NULL
"""

SIMULATION_OF_VERSION = """
CREATE INDEX simulation_of_version ON simulation (version, asked_at, simulation_id)
"""

SIMULATION_ENDED = """
CREATE INDEX simulation_ended ON simulation (ended_at) WHERE ended_at IS NOT NULL
"""

SIMULATION_PAGE = """
CREATE TABLE simulation_page (
    simulation_id  text COLLATE "C" NOT NULL,
    page           integer NOT NULL,
    moves          bytea NOT NULL,
    PRIMARY KEY (simulation_id, page),
    CHECK (page >= 1)
)"""


def upgrade() -> None:
    """Nothing that is there is touched."""
    for statement in (
        SIMULATION,
        SIMULATION_OPEN,
        SIMULATION_OF_VERSION,
        SIMULATION_ENDED,
        SIMULATION_PAGE,
    ):
        op.execute(statement)
