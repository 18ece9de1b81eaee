"""What the HTTP edge and the settings document keep."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keys of commands with their answers; versions of the settings document."""
    op.execute("""
        CREATE TABLE idempotency (
            source       text COLLATE "C" NOT NULL,
            key          text COLLATE "C" NOT NULL,
            fingerprint  bytea NOT NULL,
            claimed_at   timestamptz NOT NULL,
            status       smallint,
            body         bytea,
            answered_at  timestamptz,
            PRIMARY KEY (source, key),
            CHECK ((status IS NULL) = (body IS NULL))
        )""")
    op.execute("""
        CREATE TABLE document (
            name          text COLLATE "C" NOT NULL,
            version       integer NOT NULL CHECK (version >= 1),
            body          text NOT NULL,
            digest        bytea NOT NULL,
            actor         text NOT NULL,
            published_at  timestamptz NOT NULL,
            PRIMARY KEY (name, version)
        )""")
