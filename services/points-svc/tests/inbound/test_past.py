"""Balances at another moment and statements: what was known when, and that it adds up (E2, P12)."""

import random
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from points_testing.desk import START, Desk, back, of
from points_testing.ledger import purchase
from points_testing.lives import lived

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SIDES = ("available", "held", "pending", "deficit")


async def at(desk: Desk, member: str, at: datetime, known: datetime | None = None) -> Any:
    """The points account as it is answered for a moment."""
    params = {"at": at.isoformat()} | ({"known_at": known.isoformat()} if known else {})
    answer = await desk.api.get(f"/v1/points/{member}", params=params)
    assert answer.status_code == 200, answer.text
    (found,) = [a for a in answer.json()["accounts"] if a["point_type"] == "points"]
    return found


async def why_at(desk: Desk, member: str, at: datetime) -> Any:
    answer = await desk.api.get(f"/v1/points/{member}/why", params={"at": at.isoformat()})
    assert answer.status_code == 200, answer.text
    (found,) = [a for a in answer.json()["accounts"] if a["point_type"] == "points"]
    return found


def sides(found: Any) -> tuple[int, ...]:
    return tuple(found[name] for name in SIDES)


async def test_E2_a_balance_can_be_asked_for_as_it_was_and_as_we_knew_it_then(desk: Desk):
    member = await desk.enroll()
    desk.at(START - DAY)
    await desk.hear(of(member, purchase(f"{member}1", START - 2 * DAY, "100.00")))
    desk.at(START)
    await desk.hear(of(member, purchase(f"{member}2", START - 9 * DAY, "10.00")))
    assert sides(await at(desk, member, START - 10 * DAY)) == (0, 0, 0, 0)
    assert sides(await at(desk, member, START - 3 * DAY)) == (11, 0, 0, 0)
    assert sides(await at(desk, member, START)) == (121, 0, 0, 0)
    assert sides(await at(desk, member, START - 3 * DAY, START - HOUR)) == (0, 0, 0, 0)
    assert sides(await at(desk, member, START, START - HOUR)) == (110, 0, 0, 0)
    assert sides(await at(desk, member, START, START - 2 * DAY)) == (0, 0, 0, 0)


async def test_E2_what_the_fold_leaves_below_zero_is_owed_and_why_shows_the_raw_sums(desk: Desk):
    member = await desk.enroll()
    desk.at(START - 4 * DAY)
    first = of(member, purchase(f"{member}1", START - 10 * DAY, "100.00"))
    await desk.hear(first)
    await desk.burn(member, 110)
    desk.at(START)
    await desk.hear(of(member, purchase(f"{member}2", START - DAY, "200.00")))
    await desk.hear(back(first, f"{member}r", START - 5 * DAY, ("1", 1)))
    assert sides(await at(desk, member, START)) == (110, 0, 0, 0)
    assert sides(await at(desk, member, START - 2 * DAY)) == (0, 0, 0, 110)
    why = await why_at(desk, member, START - 2 * DAY)
    assert sides(why["raw"]) == (-110, 0, 0, 0)
    assert sides(why["answered"]) == (0, 0, 0, 110)
    assert why["raw"]["balance"] == why["answered"]["balance"] == -110
    assert [(m["kind"], m["from"], m["to"], m["points"]) for m in why["movements"]] == [
        ("accrual", "issuance", "available", 110),
        ("burn", "available", "burn", 110),
        ("reversal", "available", "issuance", 110),
    ]


async def test_E2_available_and_deficit_never_both_stand(desk: Desk):
    member = await desk.enroll()
    desk.at(START - 4 * DAY)
    first = of(member, purchase(f"{member}1", START - 10 * DAY, "100.00"))
    await desk.hear(first)
    await desk.burn(member, 100)
    desk.at(START)
    await desk.hear(back(first, f"{member}r", START - 5 * DAY, ("1", 1)))
    why = await why_at(desk, member, START - 5 * DAY + HOUR)
    assert sides(why["raw"]) == (100, 0, 0, 100)
    assert sides(why["answered"]) == (0, 0, 0, 0)


async def test_P3_now_is_the_same_whether_it_is_asked_for_or_not_and_a_job_has_run(desk: Desk):
    member = await desk.enroll()
    await desk.hear(of(member, purchase(f"{member}1", START - 10 * DAY, "100.00")))
    await desk.hold(member, 10, lapse_after_s=60)
    now = START + 640 * DAY
    before = await at(desk, member, now)
    desk.at(now)
    plain = (await desk.api.get(f"/v1/points/{member}")).json()["accounts"][0]
    assert before == plain == await at(desk, member, now)
    assert sides(plain) == (0, 0, 0, 0)
    assert sides(await at(desk, member, START + HOUR)) == (110, 0, 0, 0)
    assert sides(await at(desk, member, START + timedelta(seconds=30))) == (100, 10, 0, 0)
    await desk.stage.run_job("lapse_holds")
    await desk.stage.run_job("expire_lots")
    assert await at(desk, member, now) == plain
    assert sides(await at(desk, member, START + timedelta(seconds=30))) == (100, 10, 0, 0)


async def test_E2_a_moment_to_come_shows_what_will_have_ended(desk: Desk):
    member = await desk.enroll()
    await desk.hear(of(member, purchase(f"{member}1", START, "100.00")))
    await desk.hold(member, 10)
    soon = await at(desk, member, START + DAY)
    assert (sides(soon), soon["expiring"]) == (
        (110, 0, 0, 0),
        [{"on": "2028-01-01", "points": 110}],
    )
    assert sides(await at(desk, member, datetime.fromisoformat("2027-12-31T15:59:59Z")))[0] == 110
    assert sides(await at(desk, member, datetime.fromisoformat("2027-12-31T16:00:00Z")))[0] == 0
    assert await desk.account(member) == {"available": 100, "held": 10, "pending": 0, "deficit": 0}


async def replayed(desk: Desk, member: str, at: datetime, known: datetime) -> tuple[int, ...]:
    """The ledger written again up to there, one posting after the other, by an arithmetic of its
    own.
    """
    side: Counter[str] = Counter()
    for row in await desk.stage.rows(
        "SELECT * FROM posting WHERE member_id = :m AND point_type = 'points' ORDER BY seq",
        m=member,
    ):
        if row.occurred_at <= at and row.recorded_at <= known:
            side[row.debit] -= row.points
            side[row.credit] += row.points
    net = side["available"] + side["deficit"]
    return max(net, 0), side["held"], side["pending"], max(-net, 0)


async def test_E2_any_moment_as_known_at_any_other_equals_a_replay_up_to_there(desk: Desk):
    chance = random.Random(4)
    member = await lived(desk, chance)
    for job in ("lapse_holds", "expire_lots"):
        await desk.stage.run_job(job)
    now = desk.stage.clock()
    for _ in range(60):
        moment, known = (START + chance.random() * (now - START) for _ in range(2))
        asked = sides(await at(desk, member, moment, known))
        assert asked == await replayed(desk, member, moment, known), (moment, known)
        asked = sides(await at(desk, member, moment))
        assert asked == await replayed(desk, member, moment, now), moment
    assert await desk.books_balance()


async def statement(desk: Desk, member: str, begins: str, ends: str, limit: int = 200) -> Any:
    """A whole statement, its pages put together."""
    path, params = f"/v1/points/{member}/statement", {"from": begins, "to": ends, "limit": limit}
    lines, cursor = [], None
    while True:
        answer = await desk.api.get(path, params=params | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        page = answer.json()
        lines += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return {**page, "items": lines}


async def test_P12_a_statement_adds_up_line_by_line_and_month_by_month(desk: Desk):
    member = await lived(desk, random.Random(12))
    now = desk.stage.clock()
    closing: Any = dict.fromkeys((*SIDES, "balance"), 0)
    months = [f"{year}-{month:02d}-01" for year in (2026, 2027, 2028) for month in range(1, 13)]
    for begins, ends in pairwise(months[3:]):
        found = await statement(desk, member, begins, ends, limit=2)
        assert found["opening"] == closing
        stands = dict(closing)
        for line in found["items"]:
            stands = {name: stands[name] + line["change"][name] for name in stands}
            assert line["after"] == stands
            assert line["points"] == line["change"]["balance"]
        assert found["closing"] == stands
        closing = found["closing"]
    assert await statement(desk, member, begins, ends) == await statement(
        desk, member, begins, ends, limit=1
    )
    desk.at(now)
    rows = await desk.stage.rows(
        "SELECT available, held, pending, deficit FROM account"
        " WHERE member_id = :m AND point_type = 'points'",
        m=member,
    )
    assert sides(closing) == tuple(rows[0])


async def test_P12_a_late_fact_stands_in_the_period_it_became_known_with_its_day(desk: Desk):
    member = await desk.enroll()
    midnight = datetime.fromisoformat("2026-05-01T00:00:00+08:00")
    desk.at(midnight - timedelta(microseconds=1))
    await desk.hear(of(member, purchase(f"{member}1", START, "100.00")))
    desk.at(midnight)
    await desk.hear(of(member, purchase(f"{member}2", START - 9 * DAY, "10.00")))
    april = await statement(desk, member, "2026-04-01", "2026-05-01")
    may = await statement(desk, member, "2026-05-01", "2026-06-01")
    assert [(x["points"], x["is_late"]) for x in april["items"]] == [(110, False)]
    assert [(x["points"], x["is_late"], x["occurred_on"]) for x in may["items"]] == [
        (11, True, "2026-03-23")
    ]
    assert (may["opening"]["available"], may["closing"]["available"]) == (110, 121)
    assert may["zone"] == "Asia/Shanghai"
    desk.at(midnight + 90 * DAY)
    await desk.burn(member, 100)
    assert await statement(desk, member, "2026-04-01", "2026-05-01") == april


@pytest.mark.parametrize(
    "query",
    [
        "statement",
        "statement?from=2026-04-01",
        "statement?from=2026-04-01&to=2026-04-01",
        "statement?from=2026-04-02&to=2026-04-01",
        "statement?from=0001-01-01&to=0001-01-02",
        "statement?from=2000-01-01&to=2026-04-01",
        "statement?from=2026-4-1&to=2026-05-01",
        "statement?from=2026-04-01&to=2026-05-01&point_type=%00",
        "statement?from=2026-04-01&to=2026-05-01&cursor=x",
        "why?at=yesterday",
        "why?known_at=2026-04-01T00:00:00",
    ],
)
async def test_a_question_that_cannot_be_read(desk: Desk, query: str):
    member = await desk.enroll()
    answer = await desk.api.get(f"/v1/points/{member}/{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_cursor_is_of_its_own_statement_alone(desk: Desk):
    member = await desk.enroll()
    for n in range(2):
        await desk.hear(of(member, purchase(f"{member}{n}", START, "100.00")))
    path, asked = f"/v1/points/{member}/statement", {"from": "2026-04-01", "to": "2026-05-01"}
    cursor = (await desk.api.get(path, params={**asked, "limit": 1})).json()["next_cursor"]
    other = await desk.api.get(path, params={**asked, "to": "2026-06-01", "cursor": cursor})
    assert (other.status_code, other.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    "path", ["?at=2026-04-01T00:00:00Z", "/why", "/statement?from=2026-04-01&to=2026-05-01"]
)
async def test_a_member_that_nobody_knows_has_no_past(desk: Desk, path: str):
    answer = await desk.api.get(f"/v1/points/nobody{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")
