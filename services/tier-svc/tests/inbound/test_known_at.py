"""Standings as they had been told at another time (E2)."""

import msgspec

from tier_svc.domain.intervals import Interval
from tier_svc.domain.recalling import Telling, told_by

DAYS = ("01", "02", "03")


async def test_E2_a_standing_is_answered_as_it_had_been_told(hall, api, instant):
    shop = hall.shop()
    at = {n: instant(f"2026-04-{n}T12:00") for n in (20, 21, 22, 23)}
    for n, batch in (
        (20, [shop.enrolled()]),
        (21, [e for day in DAYS for e in shop.sold(day, f"2026-03-{day}T10:00", 100)]),
        (22, [e for day in DAYS for e in shop.sold(f"a{day}", f"2026-04-{day}T10:00", 100)]),
    ):
        hall.stage.at(at[n])
        await hall.hear(batch)
    hall.stage.at(at[23])
    path = f"/v1/standings/{shop.member}"
    then = {"at": at[20].isoformat(), "known_at": at[20].isoformat()}
    first = (await api.get(path, params=then)).json()
    assert (first["tier"], first["until"], first["metrics"], first["next"]) == (
        "regular",
        None,
        [],
        None,
    )
    assert first["known_at"] == "2026-04-20T04:00:00Z"
    second = (await api.get(path, params={"known_at": at[21].isoformat()})).json()
    assert (second["tier"], second["until"]) == ("silver", "2026-04-30T16:00:00Z")
    now = (await api.get(path)).json()
    assert (now["tier"], now["until"]) == ("silver", "2026-05-31T16:00:00Z")
    same = (await api.get(path, params={"known_at": at[23].isoformat()})).json()
    assert same == now


async def test_E2_history_is_answered_as_it_had_been_told(hall, api, instant):
    shop = hall.shop()
    hall.stage.at(instant("2026-04-20T12:00"))
    sales = [shop.sold(day, f"2026-03-{day}T10:00", 100) for day in DAYS]
    await hall.hear(*sales)
    hall.stage.at(instant("2026-04-22T12:00"))
    back = shop.returned("R", "2026-03-20T10:00", sales[0][0], "1")
    await hall.hear([back, shop.reversed(back, 1)])
    path = f"/v1/standings/{shop.member}/history"
    known = {"known_at": instant("2026-04-21T00:00").isoformat()}
    then = (await api.get(path, params=known)).json()["items"]
    now = (await api.get(path)).json()["items"]
    assert [(one["tier"], one["to"]) for one in then] == [
        ("regular", None),
        ("silver", "2026-04-30T16:00:00Z"),
        ("regular", "2026-03-03T02:00:00Z"),
    ]
    assert [(one["tier"], one["to"]) for one in now] == [
        ("regular", None),
        ("silver", "2026-03-20T02:00:00Z"),
        ("regular", "2026-03-03T02:00:00Z"),
    ]


async def test_E2_before_anything_was_told_there_is_nothing_to_answer(hall, api, instant):
    hall.stage.at(instant("2026-04-20T12:00"))
    shop = hall.shop()
    await hall.hear(shop.enrolled())
    hall.stage.at(instant("2026-04-25T12:00"))
    known = {"known_at": instant("2026-04-19T12:00").isoformat()}
    for path in ("", "/history"):
        answer = await api.get(f"/v1/standings/{shop.member}{path}", params=known)
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"path": "/known_at", "code": "before_start"}]
    answer = await api.get("/v1/standings/nobody", params=known)
    assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")


async def test_E2_all_that_was_told_adds_up_to_what_is_told(hall, instant):
    shop = hall.shop()
    hall.stage.at(instant("2026-04-25T12:00"))
    sales = [shop.sold(day, f"2026-03-{day}T10:00", 100) for day in DAYS]
    more = [shop.sold(f"a{day}", f"2026-04-{day}T10:00", 1_000_000) for day in DAYS]
    back = shop.returned("R", "2026-04-20T10:00", more[0][0], "1")
    for batch in (more[1], sales[2], sales[0], more[0], [back, shop.reversed(back, 10_000)]):
        await hall.hear(batch)
    await hall.hear(sales[1], more[2])
    rows = await hall.stage.rows(
        "SELECT seq, from_at, intervals FROM told_log WHERE member_id = :m ORDER BY seq",
        m=shop.member,
    )
    messages = await hall.messages(shop)
    assert [(one.seq, one.from_at) for one in rows] == [(m.seq, m.from_at) for m in messages]
    assert [[i["tier"] for i in one.intervals] for one in rows] == [
        [i.tier for i in one.intervals] for one in messages
    ]
    tellings = [
        Telling(one.from_at, msgspec.convert(one.intervals, list[Interval])) for one in rows
    ]
    folded = [(i.tier, i.ordinal, i.from_at, i.to_at) for i in told_by(tellings)]
    assert folded == await hall.told(shop)
