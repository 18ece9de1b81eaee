"""A shelf of jars: the smallest thing that a service could own."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """One table, with the rule that a test runs into."""
    op.execute(
        "CREATE TABLE jar (name text PRIMARY KEY, beans integer NOT NULL CHECK (beans >= 0))"
    )
