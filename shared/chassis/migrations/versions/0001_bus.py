"""What a service says, hears and could not understand."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

OUTBOX = """
CREATE TABLE outbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at  timestamptz NOT NULL,
    n           integer     NOT NULL CHECK (n > 0),
    records     bytea       NOT NULL,
    sent_at     timestamptz
)
"""

CONSUMER_OFFSET = """
CREATE TABLE consumer_offset (
    consumer     text COLLATE "C" NOT NULL,
    topic        text COLLATE "C" NOT NULL,
    incarnation  text COLLATE "C" NOT NULL,
    partition    integer          NOT NULL CHECK (partition >= 0),
    next_offset  bigint           NOT NULL CHECK (next_offset >= 0),
    updated_at   timestamptz      NOT NULL,
    PRIMARY KEY (consumer, topic, incarnation, partition)
)
"""

INBOX = """
CREATE TABLE inbox (
    consumer  text COLLATE "C" NOT NULL,
    event_id  text COLLATE "C" NOT NULL,
    seen_at   timestamptz      NOT NULL,
    PRIMARY KEY (consumer, event_id)
)
"""

PARKED = """
CREATE TABLE parked (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer     text COLLATE "C" NOT NULL,
    topic        text COLLATE "C" NOT NULL,
    incarnation  text COLLATE "C" NOT NULL,
    partition    integer          NOT NULL,
    record_offset bigint          NOT NULL,
    event_type   text             NOT NULL,
    reason       text             NOT NULL,
    detail       text             NOT NULL,
    record       bytea            NOT NULL,
    parked_at    timestamptz      NOT NULL,
    state        text             NOT NULL DEFAULT 'parked'
        CHECK (state IN ('parked', 'retried', 'dropped')),
    settled_at   timestamptz,
    settled_by   text,
    CHECK ((state = 'parked') = (settled_at IS NULL)),
    UNIQUE (consumer, topic, incarnation, partition, record_offset)
)
"""

BUS_TOPIC = """
CREATE TABLE bus_topic (
    topic        text COLLATE "C" PRIMARY KEY,
    incarnation  text COLLATE "C" NOT NULL,
    partitions   integer          NOT NULL CHECK (partitions > 0),
    created_at   timestamptz      NOT NULL
)
"""

BUS_PARTITION = """
CREATE TABLE bus_partition (
    topic        text COLLATE "C" NOT NULL REFERENCES bus_topic ON DELETE CASCADE,
    partition    integer          NOT NULL CHECK (partition >= 0),
    next_offset  bigint           NOT NULL CHECK (next_offset >= 0),
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50)
"""

BUS_LOG = """
CREATE TABLE bus_log (
    topic        text COLLATE "C" NOT NULL,
    partition    integer          NOT NULL,
    next_offset  bigint           NOT NULL,
    n            integer          NOT NULL CHECK (n > 0),
    records      bytea            NOT NULL,
    created_at   timestamptz      NOT NULL,
    PRIMARY KEY (topic, partition, next_offset)
)
"""

UPGRADE = (
    OUTBOX,
    "CREATE INDEX outbox_unsent ON outbox (id) WHERE sent_at IS NULL",
    "CREATE INDEX outbox_by_age ON outbox USING brin (created_at)",
    "ALTER TABLE outbox ALTER COLUMN records SET STORAGE EXTERNAL",
    CONSUMER_OFFSET,
    INBOX,
    "CREATE INDEX inbox_by_age ON inbox USING brin (seen_at)",
    PARKED,
    "CREATE INDEX parked_open ON parked (id) WHERE state = 'parked'",
    BUS_TOPIC,
    BUS_PARTITION,
    BUS_LOG,
    "CREATE INDEX bus_log_by_age ON bus_log USING brin (created_at)",
    "ALTER TABLE bus_log ALTER COLUMN records SET STORAGE EXTERNAL",
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)
