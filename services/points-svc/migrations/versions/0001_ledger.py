"""The ledger: postings and what they move, accounts, holds, copies of what others said, rule
versions.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

POSTING = """
CREATE TABLE posting (
    member_id        text COLLATE "C" NOT NULL,
    fact_id          text COLLATE "C" NOT NULL,
    part             text COLLATE "C" NOT NULL,
    point_type       text COLLATE "C" NOT NULL,
    kind             text COLLATE "C" NOT NULL,
    debit            text COLLATE "C" NOT NULL,
    credit           text COLLATE "C" NOT NULL,
    points           bigint NOT NULL,
    occurred_at      timestamptz NOT NULL,
    recorded_at      timestamptz NOT NULL,
    rule_version     integer,
    revision         integer NOT NULL,
    available_from   timestamptz,
    expires_at       timestamptz,
    seq              bigint NOT NULL,
    available_after  bigint NOT NULL,
    basis            bytea,
    hash             bytea NOT NULL,
    PRIMARY KEY (member_id, fact_id, part),
    CHECK (points >= 0),
    CHECK (debit <> credit),
    CHECK (debit IN (
        'pending', 'available', 'held', 'deficit', 'issuance', 'burn', 'expiry', 'adjustment')),
    CHECK (credit IN (
        'pending', 'available', 'held', 'deficit', 'issuance', 'burn', 'expiry', 'adjustment')),
    CHECK (seq >= 1 AND revision >= 0 AND available_after >= 0),
    CHECK ((available_from IS NOT NULL) = (part = point_type)),
    CHECK (expires_at IS NULL OR (available_from IS NOT NULL AND expires_at > available_from)),
    CHECK (length(hash) = 32)
)"""

DRAW = """
CREATE TABLE draw (
    member_id   text COLLATE "C" NOT NULL,
    lot_id      text COLLATE "C" NOT NULL,
    fact_id     text COLLATE "C" NOT NULL,
    part        text COLLATE "C" NOT NULL,
    point_type  text COLLATE "C" NOT NULL,
    points      bigint NOT NULL,
    expired     bigint NOT NULL,
    PRIMARY KEY (member_id, lot_id, fact_id, part),
    CHECK (points <> 0 OR expired <> 0)
)"""

ACCOUNT = """
CREATE TABLE account (
    member_id   text COLLATE "C" NOT NULL,
    point_type  text COLLATE "C" NOT NULL,
    available   bigint NOT NULL,
    pending     bigint NOT NULL,
    held        bigint NOT NULL,
    deficit     bigint NOT NULL,
    seq         bigint NOT NULL,
    turn        bigint NOT NULL,
    open_from   timestamptz,
    never_from  timestamptz,
    due_at      timestamptz,
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

HOLD = """
CREATE TABLE hold (
    member_id      text COLLATE "C" NOT NULL,
    hold_id        text COLLATE "C" NOT NULL,
    point_type     text COLLATE "C" NOT NULL,
    state          text COLLATE "C" NOT NULL,
    points         bigint NOT NULL,
    captured       bigint NOT NULL,
    purpose        text NOT NULL,
    lapse_after_s  integer NOT NULL,
    source         text COLLATE "C" NOT NULL,
    lots           bytea NOT NULL,
    placed_at      timestamptz NOT NULL,
    lapses_at      timestamptz NOT NULL,
    ended_at       timestamptz,
    PRIMARY KEY (member_id, hold_id, source),
    CHECK (state IN ('open', 'captured', 'released', 'lapsed', 'tombstone')),
    CHECK ((state = 'open') = (ended_at IS NULL)),
    CHECK ((state = 'tombstone') = (points = 0)),
    CHECK (captured BETWEEN 0 AND points),
    CHECK ((captured > 0) = (state = 'captured'))
) WITH (fillfactor = 75)"""

BURN = """
CREATE TABLE burn (
    member_id     text COLLATE "C" NOT NULL,
    burn_id       text COLLATE "C" NOT NULL,
    point_type    text COLLATE "C" NOT NULL,
    state         text COLLATE "C" NOT NULL,
    points        bigint NOT NULL,
    purpose       text NOT NULL,
    hold_id       text COLLATE "C",
    source        text COLLATE "C" NOT NULL,
    lots          bytea NOT NULL,
    burned_at     timestamptz NOT NULL,
    cancelled_at  timestamptz,
    PRIMARY KEY (member_id, burn_id, source),
    CHECK (state IN ('burned', 'cancelled', 'tombstone')),
    CHECK ((state = 'burned') = (cancelled_at IS NULL)),
    CHECK ((state = 'tombstone') = (points = 0))
) WITH (fillfactor = 75)"""

RETURNED = """
CREATE TABLE returned (
    member_id         text COLLATE "C" NOT NULL,
    purchase_fact_id  text COLLATE "C" NOT NULL,
    fact_id           text COLLATE "C" NOT NULL,
    occurred_at       timestamptz NOT NULL,
    recorded_at       timestamptz NOT NULL,
    lines             bytea NOT NULL,
    PRIMARY KEY (member_id, purchase_fact_id, fact_id)
)"""

TOLD_TIER = """
CREATE TABLE told_tier (
    member_id  text COLLATE "C" NOT NULL,
    ladder     text COLLATE "C" NOT NULL,
    from_at    timestamptz NOT NULL,
    tier       text COLLATE "C" NOT NULL,
    seq        bigint NOT NULL,
    PRIMARY KEY (member_id, ladder, from_at)
)"""

MEMBER = """
CREATE TABLE member (
    member_id    text COLLATE "C" PRIMARY KEY,
    enrolled_at  timestamptz NOT NULL
)"""

DUE = """
CREATE TABLE due (
    due_at      timestamptz NOT NULL,
    member_id   text COLLATE "C" NOT NULL,
    point_type  text COLLATE "C" NOT NULL,
    PRIMARY KEY (due_at, member_id, point_type)
)"""

PROGRAMME_ENTRY = """
CREATE TABLE programme_entry (
    entry_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    point_type   text COLLATE "C" NOT NULL,
    recorded_at  timestamptz NOT NULL,
    issuance     bigint NOT NULL,
    burn         bigint NOT NULL,
    expiry       bigint NOT NULL,
    adjustment   bigint NOT NULL
)"""

RULE_VERSION = """
CREATE TABLE rule_version (
    version         integer PRIMARY KEY CHECK (version >= 1),
    state           text COLLATE "C" NOT NULL CHECK (state IN ('draft', 'published')),
    document        text NOT NULL,
    created_at      timestamptz NOT NULL,
    created_by      text NOT NULL,
    settings        text,
    published_at    timestamptz,
    published_by    text,
    effective_from  timestamptz,
    CHECK ((state = 'published') = (published_at IS NOT NULL)),
    CHECK ((state = 'published') = (settings IS NOT NULL)),
    CHECK ((state = 'published') = (published_by IS NOT NULL)),
    CHECK (effective_from IS NULL OR effective_from >= published_at)
)"""

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$"""

APPEND_ONLY = ("posting", "draw", "programme_entry", "returned")


def upgrade() -> None:
    """Make the tables, and make the ledger append-only for everyone, its owner included."""
    tables = (
        POSTING,
        DRAW,
        ACCOUNT,
        HOLD,
        BURN,
        RETURNED,
        TOLD_TIER,
        MEMBER,
        DUE,
        PROGRAMME_ENTRY,
        RULE_VERSION,
    )
    for statement in tables:
        op.execute(statement)
    op.execute("CREATE INDEX hold_lapses ON hold (lapses_at) WHERE state = 'open'")
    op.execute(REFUSE_CHANGE)
    for table in APPEND_ONLY:
        op.execute(f"""
            CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change()""")
        op.execute(f"""
            CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""")
    op.execute("""
        CREATE TRIGGER a_published_version_is_final BEFORE UPDATE OR DELETE ON rule_version
        FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION refuse_change()""")
