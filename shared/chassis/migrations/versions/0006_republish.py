"""What is to be said again, and how far the relay is with it."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """At most one demand of each instant is under way."""
    op.execute("""
        CREATE TABLE republish (
            id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            since        timestamptz,
            after_id     bigint      NOT NULL DEFAULT 0,
            upto_id      bigint      NOT NULL,
            again        bigint      NOT NULL DEFAULT 0 CHECK (again >= 0),
            demanded_at  timestamptz NOT NULL,
            demanded_by  text        NOT NULL,
            done_at      timestamptz
        )""")
    op.execute("""
        CREATE UNIQUE INDEX republish_open ON republish (since) NULLS NOT DISTINCT
        WHERE done_at IS NULL""")
