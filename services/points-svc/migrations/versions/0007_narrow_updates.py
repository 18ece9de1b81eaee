"""Accounts in an order that keeps what an accrual changes together: PostgreSQL logs of an update
what lies between the first changed byte and the last.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ACCOUNT = """
CREATE TABLE account_anew (
    member_id   text COLLATE "C" NOT NULL,
    point_type  text COLLATE "C" NOT NULL,
    turn        bigint NOT NULL,
    pending     bigint NOT NULL,
    held        bigint NOT NULL,
    deficit     bigint NOT NULL,
    never_from  timestamptz,
    open_from   timestamptz,
    due_at      timestamptz,
    available   bigint NOT NULL,
    seq         bigint NOT NULL,
    head        bytea NOT NULL,
    PRIMARY KEY (member_id, point_type),
    CHECK (available BETWEEN 0 AND 9007199254740991),
    CHECK (pending BETWEEN 0 AND 9007199254740991),
    CHECK (held BETWEEN 0 AND 9007199254740991),
    CHECK (deficit BETWEEN 0 AND 9007199254740991),
    CHECK (NOT (available > 0 AND deficit > 0)),
    CHECK (seq >= 0 AND turn >= 0),
    CHECK (length(head) = 32)
) WITH (fillfactor = 75)"""

WRITE_ANEW = """
INSERT INTO account_anew (
    member_id, point_type, turn, pending, held, deficit, never_from, open_from, due_at, available,
    seq, head)
SELECT member_id, point_type, turn, pending, held, deficit, never_from, open_from, due_at,
       available, seq, head
FROM account ORDER BY member_id, point_type
"""


def upgrade() -> None:
    """Write the accounts anew, in the order of their key. Postings stay where they are."""
    op.execute(ACCOUNT)
    op.execute(WRITE_ANEW)
    op.execute("DROP TABLE account")
    op.execute("ALTER TABLE account_anew RENAME TO account")
    op.execute("ALTER INDEX account_anew_pkey RENAME TO account_pkey")
