"""Liability, journal and export: to the point what the ledger says, and a closed month never
changes (P12).
"""

import csv
import json
import random
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from chassis.testing.stage import Stage
from chassis.tx import Cause
from points_svc.domain.postings import Posting, chained
from points_svc.handlers.accrue_purchases import accrue_purchases
from points_svc.handlers.export_postings import ExportAsk, export_postings
from points_svc.handlers.roll_journal import roll_journal
from points_testing.desk import START, Desk, back, of
from points_testing.ledger import purchase
from points_testing.lives import lived

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
WHOLE = {"from": "2026-01-01", "to": "2032-01-01"}
OWED = ("granted", "reversed", "burned", "expired", "adjusted", "paid", "held", "remaining")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def books(opened: Desk) -> Desk:
    """Two years of three members, with a hold under way, a part captured and a deficit."""
    desk, member = opened, ""
    for seed in (1, 2, 3):
        desk.at(START)
        member = await lived(desk, random.Random(seed))
        await desk.hear(of(member, purchase(f"{member}end", desk.stage.clock(), "200.00")))
        hold_id = (await desk.hold(member, 60)).json()["hold_id"]
        path = f"/v1/points/{member}/holds/{hold_id}/capture"
        assert (await desk.api.post(path, json={"points": 20})).status_code == 200
        assert (await desk.hold(member, 30)).status_code == 201
    gone = of(member, purchase(f"{member}gone", desk.stage.clock(), "900.00"))
    await desk.hear(gone)
    await desk.burn(member, await desk.available(member))
    await desk.hear(back(gone, f"{member}back", desk.stage.clock(), ("1", 1)))
    return desk


async def answer(desk: Desk, path: str, **params: Any) -> Any:
    answered = await desk.api.get(f"/v1/points:{path}", params=params)
    assert answered.status_code == 200, answered.text
    return answered.json()


def month(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m}" if at else "never"


async def owed_by_lots(stage: Stage, known: datetime) -> dict[tuple[str, str], Counter[str]]:
    """Granted and remaining of the lots of each month, read from postings and draws."""
    found: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    rows = await stage.rows(
        """
        SELECT p.point_type, p.expires_at, p.points, coalesce(sum(d.points), 0) AS drawn,
               coalesce(sum(d.expired), 0) AS expired
        FROM posting p LEFT JOIN (draw d JOIN posting q USING (member_id, fact_id, part))
            ON d.member_id = p.member_id AND d.lot_id = p.fact_id AND d.point_type = p.part
            AND q.recorded_at <= :known
        WHERE p.part = p.point_type AND p.recorded_at <= :known
        GROUP BY p.member_id, p.fact_id, p.part""",
        known=known,
    )
    for row in rows:
        of_month = found[row.point_type, month(row.expires_at)]
        of_month["remaining"] += row.points - int(row.drawn)
        of_month["expired"] += int(row.expired)
    return found


async def demand_sound(desk: Desk, found: Any, known: datetime) -> None:
    lots = await owed_by_lots(desk.stage, known)
    for one in found["point_types"]:
        for owed in [*one["months"], one["total"]]:
            came = owed["granted"] - owed["reversed"] + owed["adjusted"]
            went = owed["burned"] + owed["expired"] + owed["paid"] + owed["held"]
            assert came - went == owed["remaining"]
        for owed in one["months"]:
            counted = lots.pop((one["point_type"], owed["month"]))
            assert (owed["remaining"], owed["expired"]) == (
                counted["remaining"],
                counted["expired"],
            )
        stands, total = one["accounts"], one["total"]
        assert total["remaining"] == stands["available"] + stands["pending"]
        assert total["held"] == stands["held"]
        for name in OWED:
            assert total[name] == sum(owed[name] for owed in one["months"])
    assert not lots


async def test_P12_liability_by_month_is_what_the_accounts_hold_to_the_point(books: Desk):
    found = await answer(books, "liability", by="month")
    await demand_sound(books, found, books.stage.clock())
    for one in found["point_types"]:
        (row,) = await books.stage.rows(
            "SELECT sum(available) AS available, sum(held) AS held, sum(pending) AS pending,"
            " sum(deficit) AS deficit FROM account WHERE point_type = :t",
            t=one["point_type"],
        )
        stored = {name: int(value) for name, value in row._asdict().items()}
        assert stored == {name: one["accounts"][name] for name in stored}
    points = found["point_types"][1]
    assert points["point_type"] == "points"
    assert min(points["total"].values()) >= 0
    assert points["total"]["held"] > 0
    assert points["accounts"]["deficit"] > 0


async def test_P12_liability_as_it_was_known_never_changes(books: Desk):
    moments = [START + n * 45 * DAY for n in range(1, 18)]
    known = {at: await answer(books, "liability", known_at=at.isoformat()) for at in moments}
    for at, found in known.items():
        await demand_sound(books, found, at)
    assert len({json.dumps(found["point_types"]) for found in known.values()}) > 10
    journal = await answer(books, "journal", by="month", **WHOLE)
    for _ in range(12):
        async with books.stage.begin() as tx:
            await roll_journal(tx, 40, least=1)
    assert len(await books.stage.rows("SELECT 1 FROM journal_roll")) > 3
    for at, found in known.items():
        assert await answer(books, "liability", known_at=at.isoformat()) == found
    assert await answer(books, "journal", by="month", **WHOLE) == journal
    assert await books.books_balance()


async def test_P12_the_journal_is_the_postings_by_the_day_they_were_recorded(books: Desk):
    found: Any = []
    for begins, ends in pairwise([START + n * 90 * DAY for n in range(-1, 12)]):
        days = {"from": str(begins.date()), "to": str(ends.date())}
        found += (await answer(books, "journal", by="day", **days))["lines"]
    counted: Counter[tuple[str, ...]] = Counter()
    points: Counter[tuple[str, ...]] = Counter()
    for row in await books.stage.rows("SELECT * FROM posting"):
        day = str(row.recorded_at.astimezone(SHANGHAI).date())
        way = (row.point_type, row.kind, row.debit, row.credit)
        key = (day, *way, month(row.occurred_at))
        counted[key] += 1
        points[key] += row.points
    names = ("period", "point_type", "kind", "debit", "credit", "occurred_month")
    assert {tuple(line[name] for name in names): line["postings"] for line in found} == counted
    assert {tuple(line[name] for name in names): line["points"] for line in found} == points
    assert {line["is_late"] for line in found} == {True, False}
    for line in found:
        assert line["is_late"] == (line["occurred_month"] < line["period"][:7])


async def test_P12_debits_are_credits_and_months_are_their_days(books: Desk):
    whole = await answer(books, "journal", **WHOLE)
    for point_type in ("points", "growth"):
        mine = [each for each in whole["accounts"] if each["point_type"] == point_type]
        assert sum(each["debit"] for each in mine) == sum(each["credit"] for each in mine) > 0
    days = (await answer(books, "journal", by="day", **{"from": "2026-07-01", "to": "2026-08-01"}))[
        "lines"
    ]
    july = [line for line in whole["lines"] if line["period"] == "2026-07"]
    assert sum(line["points"] for line in days) == sum(line["points"] for line in july) > 0
    assert whole["is_closed"] is False


async def test_P12_a_closed_month_never_changes(books: Desk):
    april = {"from": "2026-04-01", "to": "2026-05-01"}
    before = await answer(books, "journal", **april)
    member = await books.enroll()
    await books.hear(of(member, purchase(f"{member}late", START + DAY, "100.00")))
    assert await answer(books, "journal", **april) == before
    assert before["is_closed"] is True
    now = books.stage.clock().astimezone(SHANGHAI)
    today = {"from": str(now.date()), "to": str(now.date() + DAY)}
    late = (await answer(books, "journal", by="day", **today))["lines"]
    assert [(x["point_type"], x["points"]) for x in late if x["occurred_month"] == "2026-04"] == [
        ("growth", 100),
        ("points", 110),
    ]


async def test_the_journal_as_csv_has_the_same_lines(books: Desk):
    whole = (await answer(books, "journal", **WHOLE))["lines"]
    as_csv = await books.api.get("/v1/points:journal", params={**WHOLE, "format": "csv"})
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(as_csv.text.splitlines()))
    shown = [{**line, "is_late": str(line["is_late"]).lower()} for line in whole]
    assert lines == [{name: str(value) for name, value in line.items()} for line in shown]


async def test_a_roll_up_waits_for_whoever_was_still_writing(books: Desk):
    stage, member = books.stage, await books.enroll()
    late = of(member, purchase(f"{member}slow", START, "10.00"))

    async def roll() -> int:
        async with stage.begin() as tx:
            return await roll_journal(tx, 100_000, least=1)

    for _ in range(12):
        await roll()
    async with stage.begin("bus:slow") as slow:
        await accrue_purchases(slow, [late])
        other = await books.enroll()
        await books.hear(of(other, purchase(f"{other}fast", START, "10.00")))
        assert (await roll(), await roll()) == (0, 0)
    before = await answer(books, "liability")
    assert await roll() > 0
    assert await answer(books, "liability") == before
    assert await books.stage.rows("SELECT 1 FROM journal_mark") == []


async def test_an_export_is_every_posting_once_whatever_the_page(books: Desk):
    whole = await books.api.get("/v1/points:export", params=WHOLE)
    assert whole.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in whole.text.splitlines()]
    rows = await books.stage.rows("SELECT * FROM posting ORDER BY member_id, fact_id, part")
    assert [line["posting_id"] for line in lines] == [f"{r.fact_id}.{r.part}" for r in rows]
    assert [line["hash"] for line in lines] == [row.hash.hex() for row in rows]
    as_csv = await books.api.get("/v1/points:export", params={**WHOLE, "format": "csv"})
    shown = list(csv.DictReader(as_csv.text.splitlines()))
    assert [(x["posting_id"], x["points"], x["recorded_at"]) for x in shown] == [
        (x["posting_id"], str(x["points"]), x["recorded_at"]) for x in lines
    ]
    ask = ExportAsk(START.date(), (START + 400 * DAY).date(), 7)
    pages = [page async for page in export_postings(books.stage.process.work, WHY, ask)]
    assert max(len(page) for page in pages) <= 7
    year = [x for x in lines if x["recorded_at"] < "2027-05-05T16:00:00Z"]
    assert [row.hash.hex() for page in pages for row in page] == [x["hash"] for x in year]


WHY = Cause(request_id="test", actor="test")


async def test_P13_postings_of_an_account_are_chained_as_they_are_stored(books: Desk):
    heads = {
        (row.member_id, row.point_type): row.head
        for row in await books.stage.rows("SELECT * FROM account WHERE seq > 0")
    }
    walked: dict[tuple[str, str], bytes] = {}
    columns = ", ".join(Posting._fields)
    for row in await books.stage.rows(f"SELECT {columns} FROM posting ORDER BY seq"):
        key = (row.member_id, row.point_type)
        walked[key] = chained(walked.get(key, bytes(32)), tuple(row)[:-1])
        assert walked[key] == row.hash
    assert walked == heads


@pytest.mark.parametrize(
    "path",
    [
        "liability",
        f"journal?{'&'.join(f'{k}={v}' for k, v in WHOLE.items())}",
        "export?from=2026-01-01&to=2027-01-01",
    ],
)
async def test_reports_need_their_own_scope(desk: Desk, path: str):
    async with desk.stage.client("points:read", "points:adjust") as staff:
        refused = await staff.get(f"/v1/points:{path}")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    async with desk.stage.client("reports:read") as finance:
        assert (await finance.get(f"/v1/points:{path}")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "liability?by=day",
        "liability?known_at=now",
        "liability?at=2026-01-01T00:00:00Z",
        "journal",
        "journal?from=2026-01-01&to=2026-01-01",
        "journal?from=2026-01-01&to=2026-12-31&by=day",
        "journal?from=2026-01-01&to=2026-02-01&by=year",
        "journal?from=2026-01-01&to=2026-02-01&format=xml",
        "export?from=2026-02-01&to=2026-01-01",
        "export?from=2026-02-30&to=2026-03-01",
        "export?from=2026-01-01&to=2026-02-01&limit=5",
    ],
)
async def test_a_report_that_cannot_be_read(desk: Desk, path: str):
    refused = await desk.api.get(f"/v1/points:{path}")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
