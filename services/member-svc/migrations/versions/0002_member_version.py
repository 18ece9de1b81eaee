"""Members count their changes, so that who edits one can say which version they read."""

from alembic import op

revision = "0002_member_version"
down_revision = "0001_member"


def upgrade() -> None:
    """Every member there is stands at their first version."""
    op.execute(
        "ALTER TABLE member ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version >= 1)"
    )
