"""The journal that reports are read from, its roll-ups, and what the auditor keeps.

`programme_entry` becomes a view of the journal: what the programme's own accounts gave and got.
What was posted before is written into the journal, and compared with what stood there.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MONTH = "^([0-9]{4}-(0[1-9]|1[0-2])|never|none)$"
LINE = f"""
    recorded_on     date NOT NULL,
    zone            text COLLATE "C" NOT NULL,
    point_type      text COLLATE "C" NOT NULL,
    kind            text COLLATE "C" NOT NULL,
    debit           text COLLATE "C" NOT NULL,
    credit          text COLLATE "C" NOT NULL,
    occurred_month  text COLLATE "C" NOT NULL,
    expiry_month    text COLLATE "C" NOT NULL,
    postings        bigint NOT NULL CHECK (postings >= 0),
    points          bigint NOT NULL CHECK (points >= 0),
    CHECK (debit <> credit),
    CHECK (occurred_month ~ '{MONTH}' AND expiry_month ~ '{MONTH}')"""

JOURNAL_ENTRY = f"""
CREATE TABLE journal_entry (
    entry_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recorded_at     timestamptz NOT NULL,
{LINE}
)"""

JOURNAL_ROLL = """
CREATE TABLE journal_roll (
    last_id    bigint PRIMARY KEY,
    first_id   bigint NOT NULL,
    first_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,
    CHECK (first_id <= last_id AND first_at <= last_at)
)"""

JOURNAL_SUM = f"""
CREATE TABLE journal_sum (
    last_id         bigint NOT NULL REFERENCES journal_roll (last_id),
{LINE},
    PRIMARY KEY (last_id, recorded_on, zone, point_type, kind, debit, credit, occurred_month,
                 expiry_month)
)"""

JOURNAL_MARK = """
CREATE TABLE journal_mark (
    is_one   boolean PRIMARY KEY CHECK (is_one),
    last_id  bigint NOT NULL,
    seen_by  bigint NOT NULL
)"""

AUDIT_ROUND = """
CREATE TABLE audit_round (
    is_one           boolean PRIMARY KEY CHECK (is_one),
    began_at         timestamptz NOT NULL,
    after_member     text COLLATE "C" NOT NULL,
    accounts         bigint NOT NULL,
    postings         bigint NOT NULL,
    violations       bigint NOT NULL,
    rounds           bigint NOT NULL,
    last_began_at    timestamptz,
    last_ended_at    timestamptz,
    last_accounts    bigint NOT NULL,
    last_postings    bigint NOT NULL,
    last_violations  bigint NOT NULL
)"""

ANCHOR = """
CREATE TABLE anchor (
    anchor_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    anchored_at  timestamptz NOT NULL,
    number       bigint NOT NULL,
    heads        bigint NOT NULL,
    root         bytea NOT NULL,
    link         bytea NOT NULL,
    is_outside   boolean NOT NULL
)"""

ANCHOR_MARK = """
CREATE TABLE anchor_mark (
    is_one      boolean PRIMARY KEY CHECK (is_one),
    reached     bigint NOT NULL,
    gaps        bigint[] NOT NULL,
    seen_by     bigint NOT NULL
)"""

FINDING = """
CREATE TABLE finding (
    member_id    text COLLATE "C" NOT NULL,
    point_type   text COLLATE "C" NOT NULL,
    seq          bigint NOT NULL,
    invariant    text COLLATE "C" NOT NULL,
    what         text COLLATE "C" NOT NULL,
    posting_id   text COLLATE "C" NOT NULL,
    numbers      text NOT NULL,
    found_at     timestamptz NOT NULL,
    found_on     date NOT NULL,
    finding_id   bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (member_id, point_type, seq, invariant, what, posting_id, found_on)
)"""

MONTH_OF = """
CREATE FUNCTION pg_temp.month_of(at timestamptz, zone text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(to_char(at AT TIME ZONE zone, 'YYYY-MM'), 'never')
$$"""

ZONE = """
CREATE TEMPORARY TABLE zone_then ON COMMIT DROP AS
SELECT coalesce((
    SELECT CAST(settings AS json) ->> 'zone' FROM rule_version WHERE state = 'published'
    ORDER BY version DESC LIMIT 1), 'UTC') AS zone
"""

DRAWN = """
CREATE TEMPORARY TABLE moved_of_lot ON COMMIT DROP AS
SELECT p.member_id, p.fact_id, p.part, l.expires_at,
       abs(CASE WHEN d.points <> 0 THEN d.points ELSE d.expired END) AS points
FROM posting p
JOIN draw d ON d.member_id = p.member_id AND d.fact_id = p.fact_id AND d.part = p.part
JOIN posting l ON l.member_id = d.member_id AND l.fact_id = d.lot_id AND l.part = d.point_type
WHERE p.available_from IS NULL
"""
CAPTURED = """
INSERT INTO moved_of_lot
SELECT c.member_id, c.fact_id, c.part, s.expires_at,
       greatest(0, least(c.points, s.until) - (s.until - s.points)) AS points
FROM posting c
JOIN hold h ON h.member_id = c.member_id AND h.point_type = c.point_type AND h.state = 'captured'
    AND h.ended_at = c.recorded_at AND h.captured = c.points
JOIN posting q ON q.member_id = h.member_id AND q.point_type = h.point_type AND q.kind = 'hold'
    AND q.recorded_at = h.placed_at AND q.points = h.points
CROSS JOIN LATERAL (
    SELECT l.expires_at, d.points, sum(d.points) OVER (
        ORDER BY l.expires_at NULLS LAST, l.available_from, l.occurred_at, l.fact_id) AS until
    FROM draw d JOIN posting l
        ON l.member_id = d.member_id AND l.fact_id = d.lot_id AND l.part = d.point_type
    WHERE d.member_id = q.member_id AND d.fact_id = q.fact_id AND d.part = q.part) s
WHERE c.kind = 'capture'
"""
SHARES = """
CREATE TEMPORARY TABLE share ON COMMIT DROP AS
SELECT *, row_number() OVER (PARTITION BY member_id, fact_id, part ORDER BY expires_at) AS nth
FROM (
    SELECT member_id, fact_id, part, expires_at, points FROM moved_of_lot WHERE points > 0
    UNION ALL
    SELECT member_id, fact_id, part, expires_at, points FROM posting
    WHERE available_from IS NOT NULL
) AS whole
"""
WRITE_JOURNAL = """
INSERT INTO journal_entry (
    recorded_at, recorded_on, zone, point_type, kind, debit, credit, occurred_month, expiry_month,
    postings, points)
SELECT recorded_at, CAST(recorded_at AT TIME ZONE zone AS date), zone, point_type, kind, debit,
       credit, pg_temp.month_of(occurred_at, zone), expiry_month, sum(counted), sum(moved)
FROM (
    SELECT p.*, z.zone, pg_temp.month_of(s.expires_at, z.zone) AS expiry_month,
           CAST(s.nth = 1 AS integer) AS counted, s.points AS moved
    FROM share s JOIN posting p USING (member_id, fact_id, part), zone_then z
    UNION ALL
    SELECT p.*, z.zone, 'none', CAST(s.points IS NULL AS integer), p.points - coalesce(s.points, 0)
    FROM posting p
    LEFT JOIN (
        SELECT member_id, fact_id, part, sum(points) AS points FROM share
        GROUP BY member_id, fact_id, part) s USING (member_id, fact_id, part),
    zone_then z
    WHERE s.points IS NULL OR p.points > s.points
) AS moved
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
ORDER BY 1
"""

KEEP_SUMS = """
CREATE TEMPORARY TABLE programme_sum ON COMMIT DROP AS
SELECT point_type, sum(issuance) AS issuance, sum(burn) AS burn, sum(expiry) AS expiry,
       sum(adjustment) AS adjustment
FROM programme_entry GROUP BY point_type
"""
PROGRAMME_ENTRY = """
CREATE VIEW programme_entry AS
SELECT entry_id, point_type, recorded_at,
       CASE 'issuance' WHEN debit THEN points WHEN credit THEN -points ELSE 0 END AS issuance,
       CASE 'burn' WHEN credit THEN points WHEN debit THEN -points ELSE 0 END AS burn,
       CASE 'expiry' WHEN credit THEN points WHEN debit THEN -points ELSE 0 END AS expiry,
       CASE 'adjustment' WHEN debit THEN points WHEN credit THEN -points ELSE 0 END AS adjustment
FROM journal_entry
"""
COMPARE = """
DO $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM programme_sum was
        FULL JOIN (
            SELECT point_type, sum(issuance) AS issuance, sum(burn) AS burn, sum(expiry) AS expiry,
                   sum(adjustment) AS adjustment
            FROM programme_entry GROUP BY point_type) now USING (point_type)
        WHERE (was.issuance, was.burn, was.expiry, was.adjustment)
            IS DISTINCT FROM (now.issuance, now.burn, now.expiry, now.adjustment)
    ) THEN
        RAISE EXCEPTION 'the journal of what was posted is not what the programme entries say';
    END IF;
END $$"""

APPEND_ONLY = ("journal_entry", "journal_roll", "journal_sum", "anchor", "finding")


def upgrade() -> None:
    """Make the tables, write the journal of what was posted, compare, and refuse every change."""
    tables = (JOURNAL_ENTRY, JOURNAL_ROLL, JOURNAL_SUM, JOURNAL_MARK, ANCHOR, ANCHOR_MARK)
    written = (MONTH_OF, ZONE, DRAWN, CAPTURED, SHARES, WRITE_JOURNAL, KEEP_SUMS)
    for statement in (*tables, AUDIT_ROUND, FINDING, *written):
        op.execute(statement)
    op.execute("CREATE INDEX journal_sum_day ON journal_sum (recorded_on)")
    op.execute("CREATE UNIQUE INDEX finding_order ON finding (finding_id)")
    op.execute("DROP TABLE programme_entry")
    op.execute(PROGRAMME_ENTRY)
    op.execute(COMPARE)
    for table in APPEND_ONLY:
        op.execute(f"""
            CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change()""")
        op.execute(f"""
            CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""")
