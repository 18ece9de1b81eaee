"""Members and their vault, what finds them, consents, facts, and the audit of privileged acts."""

from alembic import op

revision = "0001_member"
down_revision = None


def upgrade() -> None:
    """Create the tables of the spine."""
    op.execute(MEMBER)
    op.execute(VAULT)
    op.execute(CONSENT)
    op.execute(IDENTIFIER)
    op.execute(IDENTIFIER_OF_MEMBER)
    op.execute(FACT)
    for index in FACT_INDEXES:
        op.execute(index)
    op.execute(AUDIT)
    op.execute(AUDIT_OF_SUBJECT)
    op.execute(AUDIT_STANDS)
    op.execute(AUDIT_TRIGGER)


MEMBER = """
CREATE TABLE member (
    member_id    text COLLATE "C" PRIMARY KEY,
    status       text NOT NULL CHECK (status = 'active'),
    enrolled_at  timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    source       text COLLATE "C" NOT NULL
)
"""

# The member's data key, wrapped by the key-encryption key, and the fields it seals. Without the key
# they are noise.
VAULT = """
CREATE TABLE vault (
    member_id    text COLLATE "C" PRIMARY KEY,
    wrapped_key  bytea NOT NULL CHECK (length(wrapped_key) > 32),
    name         bytea,
    birthday     bytea,
    attributes   bytea
)
"""

CONSENT = """
CREATE TABLE consent (
    member_id     text COLLATE "C" NOT NULL,
    purpose       text COLLATE "C" NOT NULL,
    version       text COLLATE "C" NOT NULL,
    channel       text COLLATE "C" NOT NULL,
    consented_at  timestamptz NOT NULL,
    recorded_at   timestamptz NOT NULL,
    PRIMARY KEY (member_id, purpose, version, channel)
)
"""

# One row per identifier ever heard of. Without a member it is only a name to lock: nobody has it
# yet (M5).
IDENTIFIER = """
CREATE TABLE identifier (
    blind_index    bytea PRIMARY KEY CHECK (length(blind_index) = 32),
    member_id      text COLLATE "C",
    identifier_id  text COLLATE "C",
    kind           text,
    sealed         bytea,
    linked_at      timestamptz,
    CHECK (num_nulls(member_id, identifier_id, kind, sealed, linked_at) IN (0, 5))
) WITH (fillfactor = 85)
"""
IDENTIFIER_OF_MEMBER = """
CREATE INDEX identifier_of_member ON identifier (member_id, linked_at, identifier_id)
WHERE member_id IS NOT NULL
"""

# A fact's name is its key, for ever (E1). `awaited` is the name of a purchase whose return came
# first.
FACT = """
CREATE TABLE fact (
    source           text COLLATE "C" NOT NULL,
    kind             text COLLATE "C" NOT NULL CHECK (kind IN ('purchase', 'return')),
    source_ref       text COLLATE "C" NOT NULL,
    fact_id          text COLLATE "C",
    member_id        text COLLATE "C",
    blind_index      bytea,
    status           text COLLATE "C" NOT NULL
                     CHECK (status IN ('awaited', 'accepted', 'unclaimed', 'waiting', 'review',
                     'rejected')),
    first_status     text COLLATE "C",
    is_claimed       boolean NOT NULL DEFAULT false,
    was_awaited      boolean NOT NULL DEFAULT false,
    reason           text,
    occurred_at      timestamptz,
    recorded_at      timestamptz,
    counted_at       timestamptz,
    content_hash     bytea,
    content          bytea,
    purchase_source  text COLLATE "C",
    purchase_ref     text COLLATE "C",
    taken            bytea,
    PRIMARY KEY (source, kind, source_ref),
    CHECK (status = 'awaited' OR
           num_nulls(fact_id, first_status, occurred_at, recorded_at, content_hash, content) = 0),
    CHECK (status <> 'awaited' OR was_awaited),
    CHECK (status <> 'accepted' OR num_nulls(member_id, counted_at) = 0),
    CHECK (status <> 'unclaimed' OR (member_id IS NULL AND counted_at IS NULL)),
    CHECK (status <> 'review' OR reason IS NOT NULL),
    CHECK (kind = 'return' OR num_nonnulls(purchase_source, purchase_ref, taken) = 0),
    CHECK (kind = 'purchase' OR num_nulls(purchase_source, purchase_ref) = 0),
    CHECK (kind = 'purchase' OR status <> 'accepted' OR taken IS NOT NULL)
) WITH (fillfactor = 90)
"""
FACT_INDEXES = (
    "CREATE INDEX fact_not_accepted ON fact (status, fact_id) WHERE status <> 'accepted'",
    "CREATE INDEX fact_unclaimed ON fact (blind_index, occurred_at) WHERE status = 'unclaimed'",
    "CREATE INDEX fact_return_of ON fact (purchase_source, purchase_ref) WHERE kind = 'return'",
)

AUDIT = """
CREATE TABLE audit (
    entry       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    audited_at  timestamptz NOT NULL,
    actor       text NOT NULL,
    request_id  text NOT NULL,
    action      text NOT NULL,
    subject     text COLLATE "C" NOT NULL,
    reason      text NOT NULL
)
"""
AUDIT_OF_SUBJECT = "CREATE INDEX audit_of_subject ON audit (subject, entry)"
AUDIT_STANDS = """
CREATE FUNCTION audit_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an audit entry is never changed';
END $$
"""
AUDIT_TRIGGER = """
CREATE TRIGGER audit_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_stands()
"""
