"""A real grocer's year in the ledger: balances, statements, liability and past balances agree with
an independent recomputation from the raw facts, to the point (E2, P7, P12).
"""

import json
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from chassis.testing.stage import Stage
from points_svc.main import service as points_svc
from tests.e2e.grocer_books import ZONE
from tests.e2e.grocer_year import BEGINS, ENDS, GrocerYear, Size

GROCER = Path(__file__).parents[2] / "deploy" / "programmes" / "grocer"
SIDES = ("available", "held", "pending", "deficit")
EVERYBODY = pytest.param(
    Size(None, 2_000, 1), id="the whole year", marks=[pytest.mark.long, pytest.mark.timeout(3_600)]
)
SLICE = pytest.param(Size(60, 120, 5), id="sixty households")
HOUSEHOLDS, BURNS = 2_469, 1_000
PAIRS = 50
STATEMENTS_MAX = 4


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=[SLICE, EVERYBODY])
async def year(request, server, tmp_path_factory):
    """The year, played: each on a stage of its own, for the households are the same."""
    dsn = await server.fresh(points_svc.migrations)
    stage = Stage(points_svc, dsn, tmp_path_factory.mktemp("year"))
    stage.at(BEGINS)
    async with stage.client() as till:
        settings = json.loads((GROCER / "points.json").read_text(encoding="utf-8"))
        rules = json.loads((GROCER / "accrual-rules.json").read_text(encoding="utf-8"))
        (await till.put("/v1/points-svc/programme", json=settings)).raise_for_status()
        version = (await till.post("/v1/accrual-rules", json=rules)).json()["version"]
        (await till.post(f"/v1/accrual-rules/{version}/publish")).raise_for_status()
        played = GrocerYear(stage, till, request.param)
        await played.play()
        yield played
    await stage.process.stop()


async def get(year, path, **params):
    answer = await year.till.get(f"/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def sides(found):
    return tuple(found[side] for side in SIDES)


async def stands(year, card, **params):
    (account,) = (await get(year, f"points/{card}", **params))["accounts"]
    return sides(account)


async def test_P14_every_households_balance_is_what_its_facts_come_to(year):
    found = {card: await stands(year, card) for card in year.books}
    assert found == {card: book.stands for card, book in year.books.items()}
    assert sum(year.done.values()) >= year.decisions * year.rounds * 9 // 10
    if year.is_whole:
        assert len(found) == HOUSEHOLDS
        assert year.done["burn"] >= BURNS


async def test_P7_every_fact_stands_at_what_it_is_worth(year):
    rows = await year.stage.rows(
        "SELECT fact_id, sum(CASE debit WHEN 'issuance' THEN points ELSE -points END) AS points"
        " FROM posting WHERE revision > 0 GROUP BY fact_id"
    )
    found = {row.fact_id.rpartition("-")[2]: abs(int(row.points)) for row in rows}
    expected = Counter()
    for book in year.books.values():
        expected.update(book.given)
    assert found == dict(expected)


async def test_P12_liability_by_month_with_breakage_is_what_the_lots_come_to(year):
    for job in ("lapse_holds", "expire_lots"):
        await year.stage.run_job(job)
    (told,) = (await get(year, "points:liability"))["point_types"]
    expected = Counter()
    for book in year.books.values():
        for month, sums in book.months.items():
            expected.update({(month, name): points for name, points in sums.items()})
        for lot in book.lots.values():
            month = f"{lot.ends.astimezone(ZONE):%Y-%m}"
            expected[month, "remaining"] += lot.here
    names = ("burned", "expired", "paid", "held", "remaining")
    found = Counter({(one["month"], name): one[name] for one in told["months"] for name in names})
    for one in told["months"]:
        found[one["month"], "granted"] = one["granted"] - one["reversed"]
    assert {k: n for k, n in found.items() if n} == {k: n for k, n in expected.items() if n}
    owed = sum(book.owed for book in year.books.values())
    assert told["accounts"]["deficit"] == owed


async def test_P12_a_statement_adds_up_to_what_was_there_when_each_month_ended(year):
    cards = Random(3).sample(sorted(year.books), STATEMENTS_MAX)
    zone = ZoneInfo("America/New_York")
    for card in cards:
        book, opening = year.books[card], (0, 0, 0, 0)
        for month in range(18):
            begins = date(2017 + month // 12, month % 12 + 1, 1)
            ends = date(2017 + (month + 1) // 12, (month + 1) % 12 + 1, 1)
            said = await get(
                year, f"points/{card}/statement", **{"from": begins, "to": ends, "limit": 200}
            )
            last = datetime.combine(ends, datetime.min.time(), zone) - timedelta(microseconds=1)
            closing = known_by(book, last)
            changes = Counter()
            for line in said["items"]:
                changes.update(line["change"])
            assert said["next_cursor"] is None
            assert sides(said["opening"]) == opening
            assert net(said["closing"]) == net_of(closing)
            assert net(said["opening"]) + changes["balance"] == net(said["closing"])
            opening = sides(said["closing"])


def known_by(book, at):
    """What stood by what was known then, whenever it took effect."""
    seen = [one for one in book.moved if one.known_at <= at]
    return sum(one.net for one in seen), sum(one.held for one in seen)


def net_of(closing):
    return sum(closing)


def net(found):
    return found["balance"]


async def test_E2_a_balance_at_any_moment_as_known_at_any_other_is_a_replay_up_to_there(year):
    chance = Random(5)
    cards = sorted(year.books)
    for _ in range(PAIRS):
        card = chance.choice(cards)
        at, known_at = (BEGINS + chance.random() * (ENDS - BEGINS) for _ in range(2))
        asked = await stands(year, card, at=at.isoformat(), known_at=known_at.isoformat())
        assert asked == year.books[card].stood(at, known_at), (card, at, known_at)
