"""Segments that staff set: what was ever said, and who is in them now."""

from alembic import op

revision = "0004_segments"
down_revision = "0003_new_facts"

SEGMENT_SAID = """
CREATE TABLE segment_said (
    member_id    text COLLATE "C" NOT NULL REFERENCES member,
    segment      text COLLATE "C" NOT NULL,
    seq          integer NOT NULL CHECK (seq >= 1),
    from_at      timestamptz NOT NULL,
    is_in        boolean NOT NULL,
    recorded_at  timestamptz NOT NULL,
    actor        text COLLATE "C" NOT NULL,
    PRIMARY KEY (member_id, segment, seq)
)"""

SEGMENT_MEMBER = """
CREATE TABLE segment_member (
    member_id  text COLLATE "C" NOT NULL REFERENCES member,
    segment    text COLLATE "C" NOT NULL,
    seq        integer NOT NULL,
    from_at    timestamptz NOT NULL,
    is_in      boolean NOT NULL,
    PRIMARY KEY (member_id, segment)
)"""

SAID_STANDS = """
CREATE FUNCTION segment_said_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was said of a segment is never changed';
END $$"""


def upgrade() -> None:
    """What was said is never changed."""
    for statement in (SEGMENT_SAID, SEGMENT_MEMBER, SAID_STANDS):
        op.execute(statement)
    op.execute("CREATE INDEX segment_in ON segment_member (segment, member_id) WHERE is_in")
    op.execute("""
        CREATE TRIGGER segment_said_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON segment_said
        FOR EACH STATEMENT EXECUTE FUNCTION segment_said_stands()""")
