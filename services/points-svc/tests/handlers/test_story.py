"""The story of `classic` through the handlers, each message twice, on a real database."""

from datetime import UTC, datetime

from points_testing.desk import Desk, back, of, tiers
from points_testing.ledger import purchase, shanghai

ENROLLED = shanghai("2026-03-01 00:00")


def bought(member: str, ref: str, at: str, *nets: str):
    return of(member, purchase(f"{ref}-{member}", shanghai(at), *nets, enrolled_at=ENROLLED))


async def test_the_story_as_told(desk: Desk):
    desk.at(datetime(2026, 3, 1, tzinfo=UTC))
    member = await desk.enroll()
    a = bought(member, "A", "2026-03-02 10:00", "100.00")
    b = bought(member, "B", "2026-03-09 12:00", "250.50")
    c = bought(member, "C", "2026-03-20 18:00", "99.90")
    d = bought(member, "D", "2026-04-05 09:00", "600.00", "400.00")
    e = bought(member, "E", "2026-04-20 12:00", "10.00")
    f = bought(member, "F", "2026-03-05 08:00", "200.00")
    may = shanghai("2026-05-01 00:00")
    for fact in (a, b, c):
        desk.at(fact.occurred_at)
        await desk.hear(fact)
    await desk.hear(tiers(member, 1, (c.occurred_at, "silver"), (may, "regular")))
    desk.at(d.occurred_at)
    await desk.hear(d)
    assert await desk.available(member) == 1_694
    assert await desk.available(member, "growth") == 1_449

    desk.at(shanghai("2026-04-06 12:00"))
    held = await desk.hold(member, 500)
    assert held.status_code == 201, held.text
    captured = await desk.api.post(f"/v1/points/{member}/holds/{held.json()['hold_id']}/capture")
    assert captured.json()["state"] == "captured"
    assert await desk.available(member) == 1_194

    line_2 = back(d, f"r2-{member}", shanghai("2026-04-08 12:00"), ("2", 1))
    line_1 = back(d, f"r1-{member}", shanghai("2026-04-10 12:00"), ("1", 1))
    desk.at(line_2.occurred_at)
    await desk.hear(line_2)
    assert await desk.available(member) == 714
    desk.at(line_1.occurred_at)
    await desk.hear(line_1)
    assert await desk.account(member) == {"available": 0, "held": 0, "pending": 0, "deficit": 6}
    assert await desk.available(member, "growth") == 449
    desk.at(e.occurred_at)
    await desk.hear(e)
    assert await desk.available(member) == 6

    desk.at(shanghai("2026-04-25 12:00"))
    await desk.hear(f)
    await desk.hear(tiers(member, 2, (b.occurred_at, "silver"), (may, "regular")))
    assert await desk.available(member) == 236
    assert await desk.available(member, "growth") == 659
    totals = await desk.totals(member)
    assert [totals[fact.fact_id, "points"] for fact in (a, b, c, d, e, f, line_2, line_1)] == [
        110,
        275,
        119,
        1_200,
        12,
        220,
        480,
        720,
    ]
    assert await desk.books_balance()
