"""Lots in time: what holds of a lot since a posting, activities, what members may do, and
shortfalls that staff look at.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LOT_TERM = """
CREATE TABLE lot_term (
    member_id       text COLLATE "C" NOT NULL,
    lot_id          text COLLATE "C" NOT NULL,
    point_type      text COLLATE "C" NOT NULL,
    seq             bigint NOT NULL,
    recorded_at     timestamptz NOT NULL,
    available_from  timestamptz NOT NULL,
    expires_at      timestamptz,
    stage           text COLLATE "C" NOT NULL,
    awaits          text COLLATE "C" NOT NULL,
    forfeits        boolean NOT NULL,
    away_since      timestamptz,
    counted_from    timestamptz,
    PRIMARY KEY (member_id, lot_id, point_type, seq),
    CHECK (stage IN ('open', 'pending', 'activated', 'forfeited'))
)"""

ACTIVITY = """
CREATE TABLE activity (
    member_id         text COLLATE "C" NOT NULL,
    fact_id           text COLLATE "C" NOT NULL,
    kind              text COLLATE "C" NOT NULL,
    purchase_fact_id  text COLLATE "C",
    occurred_at       timestamptz NOT NULL,
    recorded_at       timestamptz NOT NULL,
    PRIMARY KEY (member_id, fact_id)
)"""

ABSENCE = """
CREATE TABLE absence (
    member_id   text COLLATE "C" NOT NULL,
    point_type  text COLLATE "C" NOT NULL,
    lot_id      text COLLATE "C" NOT NULL,
    seq         bigint NOT NULL,
    ended_at    timestamptz NOT NULL,
    PRIMARY KEY (member_id, point_type, lot_id, seq)
)"""

MEMBER_STATUS = """
CREATE TABLE member_status (
    member_id  text COLLATE "C" PRIMARY KEY,
    status     text COLLATE "C" NOT NULL,
    revision   integer NOT NULL,
    since      timestamptz NOT NULL
)"""

SHORTFALL = """
CREATE TABLE shortfall (
    member_id    text COLLATE "C" NOT NULL,
    fact_id      text COLLATE "C" NOT NULL,
    part         text COLLATE "C" NOT NULL,
    point_type   text COLLATE "C" NOT NULL,
    points       bigint NOT NULL,
    occurred_at  timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    state        text COLLATE "C" NOT NULL,
    settled_at   timestamptz,
    settled_by   text,
    reason       text,
    PRIMARY KEY (member_id, fact_id, part),
    CHECK (points > 0),
    CHECK (state IN ('open', 'forgiven', 'owed')),
    CHECK ((state = 'open') = (settled_at IS NULL))
)"""

LATER_ENDS = """
DO $$
DECLARE
    outdated text;
BEGIN
    SELECT conname INTO STRICT outdated FROM pg_constraint
    WHERE conrelid = 'posting'::regclass AND contype = 'c'
      AND pg_get_constraintdef(oid) LIKE '%expires_at > available_from%';
    EXECUTE format('ALTER TABLE posting DROP CONSTRAINT %I', outdated);
END $$"""

APPEND_ONLY = ("lot_term", "activity", "absence")


def upgrade() -> None:
    """A lot may end before it becomes available, so its end is compared with its beginning."""
    for statement in (LOT_TERM, ACTIVITY, ABSENCE, MEMBER_STATUS, SHORTFALL, LATER_ENDS):
        op.execute(statement)
    op.execute("""
        ALTER TABLE posting ADD CONSTRAINT posting_ends_after_it_begins CHECK (
            expires_at IS NULL OR (available_from IS NOT NULL AND expires_at >= occurred_at))
        NOT VALID""")
    op.execute("""
        CREATE INDEX activity_of_purchase ON activity (member_id, purchase_fact_id)
        WHERE purchase_fact_id IS NOT NULL""")
    op.execute("""
        CREATE INDEX shortfall_open ON shortfall (recorded_at, member_id, fact_id, part)
        WHERE state = 'open'""")
    for table in APPEND_ONLY:
        op.execute(f"""
            CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change()""")
        op.execute(f"""
            CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""")
