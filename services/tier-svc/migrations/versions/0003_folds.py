"""Old purchases are folded: many rows of a member become one, with all that was in them."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PURCHASE_FOLD = """
CREATE TABLE purchase_fold (
    member_id  text COLLATE "C" NOT NULL,
    fold       integer NOT NULL,
    body       bytea NOT NULL,
    PRIMARY KEY (member_id, fold),
    CHECK (fold >= 1)
)"""

MEMBER = """
ALTER TABLE member ADD COLUMN has_folds boolean NOT NULL DEFAULT false,
    ADD COLUMN folds_at timestamptz
"""

MEMBERS = "UPDATE member SET folds_at = enrolled_at + interval '800 days'"

MEMBER_FOLDS = "CREATE INDEX member_folds ON member (folds_at) WHERE folds_at IS NOT NULL"


def upgrade() -> None:
    """Members become due for folding 800 days after they were first known."""
    for statement in (PURCHASE_FOLD, MEMBER, MEMBERS, MEMBER_FOLDS):
        op.execute(statement)
