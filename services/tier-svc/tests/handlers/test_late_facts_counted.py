"""A late fact reads its member's history once, and nobody else's: counted in rows, by PostgreSQL in
the transaction that reads them (T4).
"""

from chassis.consumer.dispatch import dispatch

SIZES = (10, 20, 40)
TABLES = ("purchase", "point_total")

OTHERS = """
WITH bought AS (
    INSERT INTO purchase (member_id, fact_id, occurred_at, spend_minor, lines)
    SELECT 'o' || n % 100, 'o' || n, now(), 100, '[]' FROM generate_series(1, 10000) AS n
    RETURNING member_id, fact_id)
INSERT INTO point_total (member_id, fact_id, point_type, points, revision)
SELECT member_id, fact_id, 'growth', 1, 1 FROM bought RETURNING NULL
"""

COUNTED = """
SELECT relname AS name, coalesce(idx_tup_fetch, 0) AS found, coalesce(seq_tup_read, 0) AS scanned
FROM pg_stat_xact_user_tables WHERE relname = ANY (CAST(:tables AS text[])) ORDER BY relname
"""


async def rows_read(hall, *heard):
    """Rows of each table that a batch finds by index, and all that it reads by scanning."""
    async with hall.stage.begin("bus:test") as tx:
        before = await tx.execute("counted", COUNTED, tables=list(TABLES))
        await dispatch(tx, hall.stage.service.subscriptions, heard)
        after = await tx.execute("counted", COUNTED, tables=list(TABLES))
    both = list(zip(before, after, strict=True))
    scanned = sum(now.scanned - was.scanned for was, now in both)
    return {now.name: now.found - was.found for was, now in both} | {"scanned": scanned}


async def test_T4_a_late_fact_reads_its_members_history_once(hall):
    await hall.stage.rows(OTHERS)
    for table in TABLES:
        await hall.stage.rows(f"ANALYZE {table}")
    for size in SIZES:
        shop = hall.shop()
        sales = (
            shop.sold(f"p{n}", f"2026-03-{10 + n % 9}T10:{n}", 100) for n in range(10, size + 10)
        )
        await hall.hear(one for sale in sales for one in sale)
        found = await rows_read(hall, *shop.sold("late", "2026-03-05T10:00", 100))
        assert found == {"purchase": size + 1, "point_total": size + 1, "scanned": 0}
