"""The journal says what the postings say, line by line, however it came to be written (P12)."""

import random
from datetime import timedelta

from points_testing.desk import Desk
from points_testing.lives import lived
from points_testing.revisions import revision

LINES = """
SELECT recorded_at, recorded_on, zone, point_type, kind, debit, credit, occurred_month,
       expiry_month, sum(postings) AS postings, sum(points) AS points
FROM {} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""


async def test_P12_what_is_written_beside_the_postings_is_what_they_say(desk: Desk):
    member = await lived(desk, random.Random(7))
    held = (await desk.hold(member, 30)).json()
    if "hold_id" in held:
        path = f"/v1/points/{member}/holds/{held['hold_id']}/capture"
        assert (await desk.api.post(path, json={"points": 20})).status_code == 200
    desk.at(desk.stage.clock() + timedelta(days=900))
    await desk.stage.run_job("expire_lots")
    made = revision("0004_answers_and_proof")
    written = made.WRITE_JOURNAL.replace("INSERT INTO journal_entry", "INSERT INTO folded")
    async with desk.stage.begin() as tx:
        for statement in (
            "CREATE TEMPORARY TABLE folded (LIKE journal_entry) ON COMMIT DROP",
            "ALTER TABLE folded ALTER COLUMN entry_id DROP NOT NULL",
            made.MONTH_OF,
            made.ZONE,
            made.DRAWN,
            made.CAPTURED,
            made.SHARES,
            written,
        ):
            await tx.execute("migrate", statement)
        folded = await tx.execute("folded", LINES.format("folded"))
    kept = await desk.stage.rows(LINES.format("journal_entry"))
    assert kept == folded
    assert {row.kind for row in kept} >= {"accrual", "burn", "hold", "capture", "expiry", "lapse"}
    assert {row.expiry_month for row in kept} >= {"never", "2028-01", "2029-01"}
    assert await desk.books_balance()
