"""What the clock does to standings: it passes projected changes and decides nothing (T9)."""


async def stored(hall, shop):
    (row,) = await hall.stage.rows(
        "SELECT tier, next_evaluation_at AS due FROM standing WHERE member_id = :m", m=shop.member
    )
    return row.tier, row.due


async def test_T9_a_projected_change_passes_and_nothing_is_said(hall, instant):
    shop = hall.shop()
    days = ("01", "02", "03")
    await hall.hear(*(shop.sold(day, f"2026-03-{day}T10:00", 100) for day in days))
    may = instant("2026-05-01T00:00")
    assert await stored(hall, shop) == ("silver", may)
    said = await hall.messages(shop)
    hall.stage.at(instant("2026-04-30T23:59"))
    await hall.stage.run_job("advance_standings")
    assert await stored(hall, shop) == ("silver", may)
    hall.stage.at(may)
    assert await hall.stage.run_job("advance_standings") == 1
    assert await stored(hall, shop) == ("regular", None)
    assert await hall.stage.run_job("advance_standings") == 0
    assert await hall.messages(shop) == said


async def test_T9_only_due_members_are_touched(hall, instant):
    hall.stage.at(instant("2026-04-25T12:00"))
    still, due = hall.shop(), hall.shop()
    await hall.hear(still.enrolled())
    await hall.hear(*(due.sold(day, f"2026-03-{day}T10:00", 100) for day in ("01", "02", "03")))
    before = await hall.stage.rows("SELECT xmin FROM standing WHERE member_id = :m", m=still.member)
    hall.stage.at(instant("2026-06-01T00:00"))
    assert await hall.stage.run_job("advance_standings") == 1
    after = await hall.stage.rows("SELECT xmin FROM standing WHERE member_id = :m", m=still.member)
    assert before == after
