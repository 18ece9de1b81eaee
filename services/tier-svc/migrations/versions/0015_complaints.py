"""Complaints, and what became of them."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

COMPLAINT = """
CREATE TABLE complaint (
    member_id    text COLLATE "C" NOT NULL,
    fact_id      text COLLATE "C" NOT NULL,
    occurred_at  timestamptz NOT NULL,
    channel      text COLLATE "C" NOT NULL,
    source_ref   text COLLATE "C" NOT NULL,
    category     text COLLATE "C" NOT NULL,
    severity     text COLLATE "C" NOT NULL,
    PRIMARY KEY (member_id, fact_id)
)"""

# An outcome may come before its complaint: it names it as the channel does.
OUTCOME = """
CREATE TABLE complaint_outcome (
    member_id          text COLLATE "C" NOT NULL,
    fact_id            text COLLATE "C" NOT NULL,
    occurred_at        timestamptz NOT NULL,
    complaint_channel  text COLLATE "C" NOT NULL,
    complaint_ref      text COLLATE "C" NOT NULL,
    state              text COLLATE "C" NOT NULL,
    PRIMARY KEY (member_id, fact_id)
)"""


def upgrade() -> None:
    """Two tables for what is heard from now on."""
    op.execute(COMPLAINT)
    op.execute(OUTCOME)
