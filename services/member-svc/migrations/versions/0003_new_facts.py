"""Activities and voids are facts; a member's status may change."""

from alembic import op

revision = "0003_new_facts"
down_revision = "0002_member_version"


def upgrade() -> None:
    """Let facts be of two more kinds, and members stand otherwise than active."""
    for statement in (*FACT_KINDS, *FACT_OF_PURCHASE, *MEMBER_STATUS):
        op.execute(statement)


# A return and a void bring back what they took of their purchase; an activity may be about one.
FACT_KINDS = (
    "ALTER TABLE fact DROP CONSTRAINT fact_kind_check",
    "ALTER TABLE fact DROP CONSTRAINT fact_check5",
    "ALTER TABLE fact DROP CONSTRAINT fact_check6",
    "ALTER TABLE fact DROP CONSTRAINT fact_check7",
    """
    ALTER TABLE fact
        ADD CHECK (kind IN ('purchase', 'return', 'void', 'activity')),
        ADD CHECK (num_nulls(purchase_source, purchase_ref) IN (0, 2)),
        ADD CHECK (kind <> 'purchase' OR purchase_ref IS NULL),
        ADD CHECK (kind NOT IN ('return', 'void') OR purchase_ref IS NOT NULL),
        ADD CHECK (kind IN ('return', 'void') OR taken IS NULL),
        ADD CHECK (kind NOT IN ('return', 'void') OR status <> 'accepted' OR taken IS NOT NULL)
    """,
)
FACT_OF_PURCHASE = (
    """
    CREATE INDEX fact_of_purchase ON fact (purchase_source, purchase_ref)
    WHERE purchase_ref IS NOT NULL
    """,
    "DROP INDEX fact_return_of",
)

# `barred_since` is the instant from which a member's facts do not count by themselves.
MEMBER_STATUS = (
    "ALTER TABLE member DROP CONSTRAINT member_status_check",
    """
    ALTER TABLE member
        ADD COLUMN barred_since timestamptz,
        ADD CHECK (status IN ('active', 'suspended', 'banned', 'closed')),
        ADD CHECK ((barred_since IS NOT NULL) = (status IN ('banned', 'closed')))
    """,
)
