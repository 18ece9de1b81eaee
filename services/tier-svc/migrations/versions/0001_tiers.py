"""What is known of purchases and returns, what was told of members, and the ladders."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LADDER = """
CREATE TABLE ladder (
    version      integer PRIMARY KEY,
    name         text COLLATE "C" NOT NULL,
    digest       bytea NOT NULL UNIQUE,
    body         jsonb NOT NULL,
    drafted_at   timestamptz NOT NULL,
    drafted_by   text COLLATE "C" NOT NULL,
    CHECK (version >= 1)
)"""

LADDER_IN_FORCE = """
CREATE TABLE ladder_in_force (
    is_only       boolean PRIMARY KEY DEFAULT true,
    version       integer NOT NULL REFERENCES ladder,
    zone          text COLLATE "C" NOT NULL,
    published_at  timestamptz NOT NULL,
    published_by  text COLLATE "C" NOT NULL,
    CHECK (is_only)
)"""

STANDING = """
CREATE TABLE standing (
    member_id           text COLLATE "C" PRIMARY KEY,
    enrolled_at         timestamptz,
    seq                 bigint NOT NULL DEFAULT 0,
    told                jsonb NOT NULL DEFAULT '[]',
    tier                text COLLATE "C",
    next_evaluation_at  timestamptz,
    CHECK (seq >= 0),
    CHECK ((seq = 0) = (told = '[]')),
    CHECK ((seq = 0) = (tier IS NULL)),
    CHECK (enrolled_at IS NOT NULL OR seq = 0)
) WITH (fillfactor = 75)"""

STANDING_DUE = """
CREATE INDEX standing_due ON standing (next_evaluation_at) WHERE next_evaluation_at IS NOT NULL
"""

PURCHASE = """
CREATE TABLE purchase (
    member_id    text COLLATE "C" NOT NULL,
    fact_id      text COLLATE "C" NOT NULL,
    occurred_at  timestamptz NOT NULL,
    spend_minor  bigint NOT NULL,
    lines        jsonb NOT NULL,
    PRIMARY KEY (member_id, fact_id),
    CHECK (spend_minor >= 0)
)"""

PURCHASE_RETURN = """
CREATE TABLE purchase_return (
    member_id         text COLLATE "C" NOT NULL,
    fact_id           text COLLATE "C" NOT NULL,
    purchase_fact_id  text COLLATE "C" NOT NULL,
    effect_at         timestamptz NOT NULL,
    taken             jsonb NOT NULL,
    PRIMARY KEY (member_id, fact_id)
)"""

POINT_TOTAL = """
CREATE TABLE point_total (
    member_id   text COLLATE "C" NOT NULL,
    fact_id     text COLLATE "C" NOT NULL,
    point_type  text COLLATE "C" NOT NULL,
    points      bigint NOT NULL,
    revision    integer NOT NULL,
    PRIMARY KEY (member_id, fact_id, point_type),
    CHECK (points >= 0),
    CHECK (revision >= 1)
)"""


def upgrade() -> None:
    """Create everything."""
    for statement in (
        LADDER,
        LADDER_IN_FORCE,
        STANDING,
        STANDING_DUE,
        PURCHASE,
        PURCHASE_RETURN,
        POINT_TOTAL,
    ):
        op.execute(statement)


def downgrade() -> None:
    """Drop everything."""
    op.execute(
        "DROP TABLE point_total, purchase_return, purchase, standing, ladder_in_force, ladder"
    )
