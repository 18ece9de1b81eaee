"""Catalog, entitlements, rewards with their stock, redemptions and vouchers."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CATALOG = """
CREATE TABLE catalog (
    is_single  boolean PRIMARY KEY DEFAULT true CHECK (is_single),
    version    bigint NOT NULL CHECK (version >= 0)
)
"""

BENEFIT_VERSION = """
CREATE TABLE benefit_version (
    benefit_id       text COLLATE "C" NOT NULL,
    version          integer          NOT NULL CHECK (version > 0),
    catalog_version  bigint           NOT NULL UNIQUE,
    effective_from   timestamptz      NOT NULL,
    offer            jsonb            NOT NULL,
    published_at     timestamptz      NOT NULL,
    published_by     text             NOT NULL,
    PRIMARY KEY (benefit_id, version)
)
"""

TOLD_TIER = """
CREATE TABLE told_tier (
    member_id  text COLLATE "C" NOT NULL,
    from_at    timestamptz      NOT NULL,
    to_at      timestamptz,
    seq        bigint           NOT NULL CHECK (seq > 0),
    tier       text             NOT NULL,
    ordinal    integer          NOT NULL,
    PRIMARY KEY (member_id, from_at),
    CHECK (to_at IS NULL OR from_at < to_at)
)
"""

STANDING = """
CREATE TABLE standing (
    member_id      text COLLATE "C" PRIMARY KEY,
    rules_version  bigint NOT NULL,
    due_at         timestamptz
) WITH (fillfactor = 80)
"""

ENTITLEMENT = """
CREATE TABLE entitlement (
    member_id       text COLLATE "C" NOT NULL,
    benefit_id      text COLLATE "C" NOT NULL,
    cycle           text COLLATE "C" NOT NULL,
    entitlement_id  text COLLATE "C" NOT NULL,
    version         integer          NOT NULL,
    windows         jsonb            NOT NULL CHECK (jsonb_array_length(windows) > 0),
    uses_max        integer          CHECK (uses_max > 0),
    state           text             NOT NULL CHECK (state IN ('granted', 'revoked', 'expired')),
    is_justified    boolean          NOT NULL,
    used            integer          NOT NULL CHECK (used >= 0),
    grants          integer          NOT NULL CHECK (grants > 0),
    changed_at      timestamptz      NOT NULL,
    PRIMARY KEY (member_id, benefit_id, cycle),
    CHECK (uses_max IS NULL OR used <= uses_max),
    CHECK (state <> 'revoked' OR (used = 0 AND NOT is_justified))
) WITH (fillfactor = 80)
"""

ENTITLEMENT_USE = """
CREATE TABLE entitlement_use (
    member_id       text COLLATE "C" NOT NULL,
    entitlement_id  text COLLATE "C" NOT NULL,
    used            integer          NOT NULL CHECK (used > 0),
    used_at         timestamptz      NOT NULL,
    store_id        text             NOT NULL,
    source          text             NOT NULL,
    PRIMARY KEY (member_id, entitlement_id, used)
)
"""

REWARD_VERSION = """
CREATE TABLE reward_version (
    reward_id       text COLLATE "C" NOT NULL,
    version         integer          NOT NULL CHECK (version > 0),
    effective_from  timestamptz      NOT NULL,
    price           jsonb            NOT NULL,
    published_at    timestamptz      NOT NULL,
    published_by    text             NOT NULL,
    PRIMARY KEY (reward_id, version)
)
"""

REWARD_STOCK = """
CREATE TABLE reward_stock (
    reward_id  text COLLATE "C" PRIMARY KEY,
    loaded     bigint NOT NULL CHECK (loaded >= 0),
    remaining  bigint NOT NULL CHECK (remaining BETWEEN 0 AND loaded)
) WITH (fillfactor = 10)
"""

REDEEMER = """
CREATE TABLE redeemer (
    member_id  text COLLATE "C" PRIMARY KEY
)
"""

REDEMPTION = """
CREATE TABLE redemption (
    member_id        text COLLATE "C" NOT NULL,
    redemption_id    text COLLATE "C" NOT NULL,
    reward_id        text COLLATE "C" NOT NULL,
    reward_version   integer          NOT NULL,
    quantity         integer          NOT NULL CHECK (quantity > 0),
    points           bigint           NOT NULL CHECK (points > 0),
    source           text             NOT NULL,
    key              text             NOT NULL,
    state            text             NOT NULL CHECK (state IN
        ('decided', 'refusing', 'fulfilled', 'refused', 'cancelling', 'cancelled')),
    why              jsonb,
    attempts         integer          NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_at  timestamptz,
    decided_at       timestamptz      NOT NULL,
    ended_at         timestamptz,
    cancel_key       text,
    cancelled_because text            NOT NULL DEFAULT '',
    PRIMARY KEY (member_id, redemption_id),
    CHECK ((state IN ('decided', 'refusing', 'cancelling')) = (next_attempt_at IS NOT NULL)),
    CHECK ((state IN ('decided', 'refusing')) = (ended_at IS NULL)),
    CHECK ((state IN ('refusing', 'refused')) = (why IS NOT NULL)),
    CHECK ((state IN ('cancelling', 'cancelled')) = (cancel_key IS NOT NULL))
)
"""

VOUCHER = """
CREATE TABLE voucher (
    member_id       text COLLATE "C" NOT NULL,
    voucher_id      text COLLATE "C" NOT NULL,
    reward_id       text COLLATE "C" NOT NULL,
    reward_version  integer          NOT NULL,
    redemption_id   text COLLATE "C" NOT NULL,
    quantity        integer          NOT NULL CHECK (quantity > 0),
    issued_at       timestamptz      NOT NULL,
    expires_at      timestamptz,
    state           text             NOT NULL
        CHECK (state IN ('issued', 'used', 'voided', 'expired')),
    ended_at        timestamptz,
    store_id        text,
    source          text,
    reason          text,
    PRIMARY KEY (member_id, voucher_id),
    CHECK ((state = 'issued') = (ended_at IS NULL)),
    CHECK ((state = 'used') = (store_id IS NOT NULL)),
    CHECK (expires_at IS NULL OR issued_at < expires_at)
)
"""

VOUCHER_CODE = """
CREATE TABLE voucher_code (
    code_hash   bytea PRIMARY KEY,
    voucher_id  text COLLATE "C" NOT NULL,
    member_id   text COLLATE "C" NOT NULL
)
"""

NOT_EDITED = """
CREATE FUNCTION refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never edited', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""

IMMUTABLE = ("benefit_version", "reward_version", "entitlement_use")

UPGRADE = (
    CATALOG,
    "INSERT INTO catalog (version) VALUES (0)",
    BENEFIT_VERSION,
    TOLD_TIER,
    STANDING,
    "CREATE INDEX standing_due ON standing (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX standing_by_rules ON standing (rules_version, member_id)",
    ENTITLEMENT,
    ENTITLEMENT_USE,
    REWARD_VERSION,
    REWARD_STOCK,
    REDEEMER,
    REDEMPTION,
    "CREATE INDEX redemption_by_id ON redemption (redemption_id)",
    "CREATE INDEX redemption_due ON redemption (next_attempt_at) WHERE next_attempt_at IS NOT NULL",
    VOUCHER,
    "CREATE INDEX voucher_by_id ON voucher (voucher_id)",
    "CREATE INDEX voucher_due ON voucher (expires_at) WHERE state = 'issued'",
    VOUCHER_CODE,
    NOT_EDITED,
    *(
        f"CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_edit()"
        for table in IMMUTABLE
    ),
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)
