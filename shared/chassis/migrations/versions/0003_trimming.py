"""An answer may be forgotten; the key that it answered never is."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A status without a body: the command ended, its answer is no longer kept."""
    op.execute("ALTER TABLE idempotency DROP CONSTRAINT idempotency_check")
    op.execute(
        "ALTER TABLE idempotency ADD CONSTRAINT idempotency_answer"
        " CHECK (body IS NULL OR (status IS NOT NULL AND answered_at IS NOT NULL))"
    )
    op.execute("CREATE INDEX idempotency_kept ON idempotency (answered_at) WHERE body IS NOT NULL")
