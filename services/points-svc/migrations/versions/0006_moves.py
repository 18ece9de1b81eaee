"""Moves: transfers between members, adjustments that wait for a second person, imported balances.

`transfer` becomes one of the programme's own sides: what leaves one member by it reaches another in
the same transaction, so it always stands at zero.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TRANSFER = """
CREATE TABLE transfer (
    member_id       text COLLATE "C" NOT NULL,
    transfer_id     text COLLATE "C" NOT NULL,
    source          text COLLATE "C" NOT NULL,
    to_id           text COLLATE "C" NOT NULL,
    point_type      text COLLATE "C" NOT NULL,
    points          bigint NOT NULL,
    reason          text NOT NULL,
    step_up         text NOT NULL,
    posting_id      text COLLATE "C" NOT NULL,
    transferred_at  timestamptz NOT NULL,
    PRIMARY KEY (member_id, transfer_id, source),
    CHECK (points > 0 AND member_id <> to_id)
)"""

WAITING_ADJUSTMENT = """
CREATE TABLE waiting_adjustment (
    member_id      text COLLATE "C" NOT NULL,
    adjustment_id  text COLLATE "C" NOT NULL,
    point_type     text COLLATE "C" NOT NULL,
    points         bigint NOT NULL,
    reason         text NOT NULL,
    reason_code    text COLLATE "C" NOT NULL,
    source         text COLLATE "C" NOT NULL,
    asked_by       text COLLATE "C" NOT NULL,
    asked_at       timestamptz NOT NULL,
    lapses_at      timestamptz NOT NULL,
    state          text COLLATE "C" NOT NULL,
    decided_by     text COLLATE "C",
    decided_at     timestamptz,
    posting_id     text COLLATE "C",
    PRIMARY KEY (member_id, adjustment_id),
    CHECK (points <> 0 AND lapses_at > asked_at),
    CHECK (state IN ('waiting', 'posted', 'rejected')),
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK ((state = 'waiting') = (decided_by IS NULL)),
    CHECK ((state = 'posted') = (posting_id IS NOT NULL)),
    CHECK (decided_by <> asked_by)
)"""

IMPORTED = """
CREATE TABLE imported (
    source       text COLLATE "C" NOT NULL,
    import_ref   text COLLATE "C" NOT NULL,
    batch        text COLLATE "C" NOT NULL,
    member_id    text COLLATE "C" NOT NULL,
    point_type   text COLLATE "C" NOT NULL,
    points       bigint NOT NULL,
    asked        bytea NOT NULL,
    code         text COLLATE "C" NOT NULL,
    lot_id       text COLLATE "C" NOT NULL,
    expires_at   timestamptz,
    recorded_at  timestamptz NOT NULL,
    PRIMARY KEY (source, import_ref),
    CHECK (points > 0),
    CHECK ((code = '') = (lot_id <> ''))
)"""

SIDES = """
DO $$
DECLARE
    side text;
    outdated text;
BEGIN
    FOREACH side IN ARRAY ARRAY['debit', 'credit'] LOOP
        SELECT conname INTO STRICT outdated FROM pg_constraint
        WHERE conrelid = 'posting'::regclass AND contype = 'c'
          AND pg_get_constraintdef(oid) LIKE '%' || side || ' = ANY%';
        EXECUTE format('ALTER TABLE posting DROP CONSTRAINT %I', outdated);
        EXECUTE format(
            'ALTER TABLE posting ADD CONSTRAINT posting_%s_is_a_side CHECK (%I IN ('
            '''pending'', ''available'', ''held'', ''deficit'', ''issuance'', ''burn'', '
            '''expiry'', ''adjustment'', ''transfer'')) NOT VALID', side, side);
    END LOOP;
END $$"""

POSTED_IS_FINAL = """
CREATE TRIGGER what_was_decided_is_final BEFORE UPDATE OR DELETE ON waiting_adjustment
FOR EACH ROW WHEN (OLD.state <> 'waiting') EXECUTE FUNCTION refuse_change()"""

IMPORTED_IS_FINAL = """
CREATE TRIGGER what_was_imported_is_final BEFORE UPDATE OR DELETE ON imported
FOR EACH ROW WHEN (OLD.code = '') EXECUTE FUNCTION refuse_change()"""


def upgrade() -> None:
    """Transfers are never changed; nor is what a second person decided, or what was imported."""
    for statement in (TRANSFER, WAITING_ADJUSTMENT, IMPORTED, SIDES):
        op.execute(statement)
    op.execute("CREATE INDEX transfer_day ON transfer (member_id, transferred_at)")
    op.execute("""
        CREATE INDEX adjustment_waits ON waiting_adjustment (asked_at, member_id, adjustment_id)
        WHERE state = 'waiting'""")
    op.execute("CREATE INDEX imported_batch ON imported (source, batch)")
    for statement in (POSTED_IS_FINAL, IMPORTED_IS_FINAL):
        op.execute(statement)
    op.execute("""
        CREATE TRIGGER transfer_is_append_only BEFORE UPDATE OR DELETE ON transfer
        FOR EACH ROW EXECUTE FUNCTION refuse_change()""")
    for table in ("transfer", "waiting_adjustment", "imported"):
        op.execute(f"""
            CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""")
