"""Pools: who shares one, what was ever said of that, and the points that were gathered."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

POOL = """
CREATE TABLE pool (
    pool_id     text COLLATE "C" PRIMARY KEY,
    revision    integer NOT NULL,
    created_at  timestamptz NOT NULL,
    CHECK (revision >= 0)
)"""

POOL_MEMBER = """
CREATE TABLE pool_member (
    member_id  text COLLATE "C" PRIMARY KEY,
    pool_id    text COLLATE "C" NOT NULL,
    share      integer NOT NULL,
    since      timestamptz NOT NULL,
    CHECK (share BETWEEN 0 AND 1000)
)"""

POOL_CHANGE = """
CREATE TABLE pool_change (
    member_id   text COLLATE "C" NOT NULL,
    pool_id     text COLLATE "C" NOT NULL,
    revision    integer NOT NULL,
    share       integer,
    changed_at  timestamptz NOT NULL,
    changed_by  text COLLATE "C" NOT NULL,
    PRIMARY KEY (member_id, pool_id, revision),
    CHECK (share BETWEEN 0 AND 1000 AND revision >= 1)
)"""

GATHERING = """
CREATE TABLE gathering (
    member_id     text COLLATE "C" NOT NULL,
    gathering_id  text COLLATE "C" NOT NULL,
    source        text COLLATE "C" NOT NULL,
    pool_id       text COLLATE "C" NOT NULL,
    point_type    text COLLATE "C" NOT NULL,
    points        bigint NOT NULL,
    moved         bigint NOT NULL,
    parts         bytea NOT NULL,
    purpose       text COLLATE "C" NOT NULL,
    reason        text NOT NULL,
    step_up       text COLLATE "C" NOT NULL,
    gathered_at   timestamptz NOT NULL,
    cancelled_at  timestamptz,
    PRIMARY KEY (member_id, gathering_id, source),
    CHECK (points > 0 AND moved BETWEEN 0 AND points)
)"""


def upgrade() -> None:
    """What was said of a pool is never changed."""
    for statement in (POOL, POOL_MEMBER, POOL_CHANGE, GATHERING):
        op.execute(statement)
    op.execute("CREATE INDEX pool_member_of ON pool_member (pool_id, member_id)")
    op.execute("CREATE INDEX pool_change_of ON pool_change (pool_id, revision)")
    op.execute("CREATE INDEX gathering_day ON gathering (member_id, gathered_at)")
    op.execute("""
        CREATE TRIGGER pool_change_is_append_only BEFORE UPDATE OR DELETE ON pool_change
        FOR EACH ROW EXECUTE FUNCTION refuse_change()""")
    op.execute("""
        CREATE TRIGGER pool_change_is_never_emptied BEFORE TRUNCATE ON pool_change
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""")
