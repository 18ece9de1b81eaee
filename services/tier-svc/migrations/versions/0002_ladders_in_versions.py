"""Several ladders and versions of each, ways up, activities and attributes; a purchase keeps what a
filter or another draft may ask for.

What was kept before stays valid: members and what they were told move to their tables, returns get
the only order that they can have had (without refunds it does not matter), purchases learn store,
channel and categories when they are told again.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MEMBER = """
CREATE TABLE member (
    member_id    text COLLATE "C" PRIMARY KEY,
    enrolled_at  timestamptz,
    has_ways     boolean NOT NULL DEFAULT false
) WITH (fillfactor = 90)"""

MEMBERS = "INSERT INTO member (member_id, enrolled_at) SELECT member_id, enrolled_at FROM standing"

PUBLICATION = """
CREATE TABLE publication (
    ladder          text COLLATE "C" NOT NULL,
    place           integer NOT NULL,
    version         integer NOT NULL REFERENCES ladder,
    zone            text COLLATE "C" NOT NULL,
    effective_from  timestamptz,
    migration       text COLLATE "C" NOT NULL,
    share           integer NOT NULL,
    published_at    timestamptz NOT NULL,
    published_by    text COLLATE "C" NOT NULL,
    withdrawn_at    timestamptz,
    withdrawn_by    text COLLATE "C",
    told_to         text COLLATE "C",
    PRIMARY KEY (ladder, place),
    CHECK (place >= 1),
    CHECK ((place = 1) = (effective_from IS NULL)),
    CHECK (effective_from >= published_at),
    CHECK (migration IN ('full', 'upward_only', 'next_evaluation')),
    CHECK (share BETWEEN 1 AND 10000),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
)"""

PUBLICATIONS = """
INSERT INTO publication
    (ladder, place, version, zone, migration, share, published_at, published_by, told_to)
SELECT l.name, 1, f.version, f.zone, 'full', 10000, f.published_at, f.published_by,
    CASE WHEN EXISTS (SELECT FROM standing WHERE seq = 0 AND enrolled_at IS NOT NULL) THEN '' END
FROM ladder_in_force f JOIN ladder l USING (version)
"""

UNTOLD = "DELETE FROM standing WHERE seq = 0"

STANDING = """
ALTER TABLE standing ADD COLUMN ladder text COLLATE "C"
"""

STANDINGS = """
UPDATE standing SET ladder = l.name, told = (
    SELECT jsonb_agg(one || jsonb_build_object('version', l.version) ORDER BY place)
    FROM jsonb_array_elements(standing.told) WITH ORDINALITY AS i (one, place))
FROM ladder_in_force f JOIN ladder l USING (version)
"""

STANDING_KEY = """
ALTER TABLE standing DROP COLUMN enrolled_at, ALTER COLUMN ladder SET NOT NULL,
    DROP CONSTRAINT standing_pkey, ADD PRIMARY KEY (member_id, ladder)
"""

PURCHASE = """
ALTER TABLE purchase ADD COLUMN store_id text COLLATE "C", ADD COLUMN channel text COLLATE "C"
"""

PURCHASE_RETURN = "ALTER TABLE purchase_return ADD COLUMN occurred_at timestamptz"

PURCHASE_RETURNS = "UPDATE purchase_return SET occurred_at = effect_at"

PURCHASE_RETURN_ORDER = """
ALTER TABLE purchase_return ALTER COLUMN occurred_at SET NOT NULL,
    ADD CHECK (occurred_at <= effect_at)
"""

ACTIVITY = """
CREATE TABLE activity (
    member_id    text COLLATE "C" NOT NULL,
    fact_id      text COLLATE "C" NOT NULL,
    occurred_at  timestamptz NOT NULL,
    kind         text COLLATE "C" NOT NULL,
    channel      text COLLATE "C" NOT NULL,
    PRIMARY KEY (member_id, fact_id)
)"""

ATTRIBUTE_VALUE = """
CREATE TABLE attribute_value (
    member_id    text COLLATE "C" NOT NULL,
    fact_id      text COLLATE "C" NOT NULL,
    occurred_at  timestamptz NOT NULL,
    attribute    text COLLATE "C" NOT NULL,
    value        bigint NOT NULL,
    evidence     text COLLATE "C" NOT NULL,
    actor        text COLLATE "C" NOT NULL,
    recorded_at  timestamptz NOT NULL,
    PRIMARY KEY (member_id, fact_id),
    CHECK (value >= 0)
)"""

WAY_UP = """
CREATE TABLE way_up (
    member_id    text COLLATE "C" NOT NULL,
    way_id       text COLLATE "C" NOT NULL,
    ladder       text COLLATE "C" NOT NULL,
    kind         text COLLATE "C" NOT NULL,
    tier         text COLLATE "C" NOT NULL,
    from_at      timestamptz NOT NULL,
    to_at        timestamptz,
    goal         jsonb,
    reason       text COLLATE "C" NOT NULL,
    actor        text COLLATE "C" NOT NULL,
    recorded_at  timestamptz NOT NULL,
    PRIMARY KEY (member_id, way_id),
    CHECK (from_at < to_at)
)"""

WAY_END = """
CREATE TABLE way_end (
    member_id    text COLLATE "C" NOT NULL,
    way_id       text COLLATE "C" NOT NULL,
    ended_at     timestamptz NOT NULL,
    reason       text COLLATE "C" NOT NULL,
    actor        text COLLATE "C" NOT NULL,
    recorded_at  timestamptz NOT NULL,
    PRIMARY KEY (member_id, way_id)
)"""


def upgrade() -> None:
    """Move what is there, then tell no row apart from one written today."""
    for statement in (
        MEMBER,
        MEMBERS,
        PUBLICATION,
        PUBLICATIONS,
        UNTOLD,
        STANDING,
        STANDINGS,
        STANDING_KEY,
        PURCHASE,
        PURCHASE_RETURN,
        PURCHASE_RETURNS,
        PURCHASE_RETURN_ORDER,
        ACTIVITY,
        ATTRIBUTE_VALUE,
        WAY_UP,
        WAY_END,
        "DROP TABLE ladder_in_force",
    ):
        op.execute(statement)
