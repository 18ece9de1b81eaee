"""Records that a log no longer had when they were to be read."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A gap is open until a person accepts it."""
    op.execute("""
        CREATE TABLE consumer_gap (
            id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            consumer      text COLLATE "C" NOT NULL,
            topic         text COLLATE "C" NOT NULL,
            incarnation   text COLLATE "C" NOT NULL,
            partition     integer          NOT NULL,
            next_offset   bigint           NOT NULL,
            found_offset  bigint           NOT NULL,
            noticed_at    timestamptz      NOT NULL,
            accepted_at   timestamptz,
            accepted_by   text,
            CHECK (found_offset > next_offset),
            CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)),
            UNIQUE (consumer, topic, incarnation, partition, next_offset)
        )""")
