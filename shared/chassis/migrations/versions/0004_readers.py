"""Who reads this database's log, and how far each is."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A reader of a topic is known from its first look on, wherever it stands."""
    op.execute("""
        CREATE TABLE bus_reader (
            topic    text COLLATE "C" NOT NULL,
            reader   text COLLATE "C" NOT NULL,
            seen_at  timestamptz      NOT NULL,
            PRIMARY KEY (topic, reader)
        ) WITH (fillfactor = 50)""")
    op.execute("""
        CREATE TABLE bus_position (
            topic        text COLLATE "C" NOT NULL,
            reader       text COLLATE "C" NOT NULL,
            partition    integer          NOT NULL CHECK (partition >= 0),
            incarnation  text COLLATE "C" NOT NULL,
            next_offset  bigint           NOT NULL CHECK (next_offset >= 0),
            PRIMARY KEY (topic, reader, partition),
            FOREIGN KEY (topic, reader) REFERENCES bus_reader ON DELETE CASCADE
        ) WITH (fillfactor = 50)""")
