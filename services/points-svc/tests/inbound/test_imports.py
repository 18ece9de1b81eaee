"""Opening balances of another programme: taken over once, and reconciled to the point."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx
import pytest

from contracts.events.points import PointsAdjusted
from points_testing.desk import START, Desk, back, of
from points_testing.ledger import purchase

NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
def batch() -> str:
    """A name that nothing was imported under."""
    return f"old-{uuid4()}"


def line(member: str, points: object = 100, **more: object) -> dict[str, Any]:
    return {"import_ref": str(uuid4()), "member_id": member, "points": points, **more}


async def take_over(
    desk: Desk, batch: str, *lines: dict[str, Any] | str, by: httpx.AsyncClient | None = None
) -> list[dict[str, Any]]:
    """The answers, line by line."""
    texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
    answer = await (by or desk.api).post(
        "/v1/points/imports:batch",
        params={"batch": batch},
        content="\n".join(texts),
        headers=NDJSON,
    )
    assert answer.status_code == 200, answer.text
    return [json.loads(one) for one in answer.text.splitlines()]


def statuses(answers: Sequence[dict[str, Any]]) -> list[int]:
    return [one["status"] for one in answers]


async def reconciled(desk: Desk, batch: str) -> dict[str, Any]:
    """The one source's sums of a batch."""
    answer = await desk.api.get(f"/v1/points:imports/{batch}")
    assert answer.status_code == 200, answer.text
    (source,) = answer.json()["sources"]
    return dict(source)


async def test_lines_become_lots_with_their_own_age_and_end(desk: Desk, batch: str):
    member = await desk.enroll()
    answers = await take_over(
        desk,
        batch,
        line(member, 10, accrued_on="2025-03-01", expires_on="2026-06-30"),
        line(member, 20, accrued_on="2025-12-31", expires_at="2026-05-01T00:00:00+08:00"),
        line(member, 30, accrued_on="2025-06-01"),
        line(member, 40),
    )
    assert [one["line"] for one in answers] == [1, 2, 3, 4]
    assert statuses(answers) == [201] * 4
    ends = ["2026-06-30T16:00:00Z", "2026-04-30T16:00:00Z"]
    assert [one["expires_at"] for one in answers] == [
        *ends,
        "2026-12-31T16:00:00Z",
        "2027-12-31T16:00:00Z",
    ]
    lots = (await desk.api.get(f"/v1/points/{member}/lots")).json()["items"]
    assert [(lot["occurred_at"], lot["remaining"]) for lot in lots] == [
        ("2026-04-01T00:00:00Z", 40),
        ("2025-12-30T16:00:00Z", 20),
        ("2025-05-31T16:00:00Z", 30),
        ("2025-02-28T16:00:00Z", 10),
    ]
    assert await desk.available(member) == 100
    assert (await desk.burn(member, 25)).status_code == 201
    assert await desk.books_balance()


async def test_E1_a_line_counts_once_in_whatever_batch_it_comes(desk: Desk, batch: str):
    member = await desk.enroll()
    one, other = line(member, 100), line(member, 50)
    first = await take_over(desk, batch, one, one, other)
    assert statuses(first) == [201, 200, 201]
    again = await take_over(desk, f"{batch}-2", other, one)
    assert statuses(again) == [200, 200]
    assert again[1]["lot_id"] == first[0]["lot_id"] == first[1]["lot_id"]
    changed = await take_over(
        desk, batch, {**one, "points": 101}, {**one, "expires_on": "2027-01-01"}
    )
    assert [a["code"] for a in changed] == ["import_conflict", "import_conflict"]
    twice = line(member, 5)
    assert statuses(await take_over(desk, batch, twice, {**twice, "points": 6})) == [201, 409]
    assert await desk.available(member) == 155
    assert await desk.books_balance()


async def test_the_same_lines_many_times_at_once_count_once(desk: Desk, batch: str):
    members = [await desk.enroll() for _ in range(20)]
    lines = [line(member, 7) for member in members]
    answers = await asyncio.gather(*(take_over(desk, batch, *lines) for _ in range(4)))
    assert sorted(statuses([one for each in answers for one in each])) == [200] * 60 + [201] * 20
    for member in members:
        assert await desk.available(member) == 7
    assert (await reconciled(desk, batch))["ledger"] == {"lines": 20, "points": 140}
    assert await desk.books_balance()


async def test_a_line_of_somebody_unknown_is_answered_and_kept_until_it_is_mended(
    desk: Desk, batch: str
):
    unknown, known = str(uuid4()), await desk.enroll()
    early, good = line(unknown, 60), line(known, 40)
    answers = await take_over(desk, batch, early, good)
    assert statuses(answers) == [404, 201]
    assert answers[0]["import_ref"] == early["import_ref"]
    assert answers[0]["code"] == "member_not_found"
    sums = await reconciled(desk, batch)
    assert sums["refused"] == [{"code": "member_not_found", "lines": 1, "points": 60}]
    assert (sums["lines"], sums["points"], sums["posted"]["points"]) == (2, 100, 40)
    left = (await desk.api.get(f"/v1/points:imports/{batch}/refused")).json()["items"]
    assert [(one["import_ref"], one["member_id"]) for one in left] == [
        (early["import_ref"], unknown)
    ]
    await desk.enroll(unknown)
    assert statuses(await take_over(desk, batch, early, good)) == [201, 200]
    sums = await reconciled(desk, batch)
    posted = {"lines": 2, "points": 100}
    assert sums | {"posted": posted, "ledger": posted, "refused": []} == sums
    assert sums["is_reconciled"] is True
    assert (await desk.api.get(f"/v1/points:imports/{batch}/refused")).json()["items"] == []


async def test_a_batch_in_which_the_ledger_differs_is_not_reconciled(desk: Desk, batch: str):
    member = await desk.enroll()
    await take_over(desk, batch, line(member, 10))
    assert (await reconciled(desk, batch))["is_reconciled"] is True
    await desk.stage.rows(
        "INSERT INTO imported SELECT source, import_ref || 'x', batch, member_id, point_type,"
        " points, asked, code, 'elsewhere', expires_at, recorded_at FROM imported"
        " WHERE batch = :b",
        b=batch,
    )
    assert (await reconciled(desk, batch))["is_reconciled"] is False


async def test_P14_what_is_taken_over_pays_the_deficit_first(desk: Desk, batch: str):
    member = await desk.enroll()
    bought = of(member, purchase(member, START, "10.00"))
    await desk.hear(bought)
    assert (await desk.burn(member, 11)).status_code == 201
    await desk.hear(back(bought, f"{member}-r", START, ("1", 1)))
    assert (await desk.account(member))["deficit"] == 11
    await take_over(desk, batch, line(member, 50))
    assert await desk.account(member) == {"available": 39, "held": 0, "pending": 0, "deficit": 0}
    assert await desk.books_balance()


async def test_each_line_is_said_and_explains_itself(desk: Desk, batch: str):
    member = await desk.enroll()
    one = line(member, 10)
    (answer,) = await take_over(desk, batch, one)
    said = [event for event in await desk.stage.said() if isinstance(event, PointsAdjusted)][-1]
    assert (said.points, said.reason, said.adjustment_id) == (10, "import", answer["lot_id"])
    why = await desk.why(member, f"{answer['lot_id']}.points")
    assert why["posting"]["kind"] == "import"
    decision = {"name": one["import_ref"], "reason": batch, "reason_code": "import"}
    assert why["decision"] | decision == why["decision"]


async def test_I19_names_are_their_sources_own(desk: Desk, batch: str):
    member = await desk.enroll()
    one = line(member, 10)
    async with desk.stage.client("points:import", source="other") as other:
        for by in (desk.api, other):
            assert statuses(await take_over(desk, batch, one, by=by)) == [201]
    assert await desk.available(member) == 20
    answer = (await desk.api.get(f"/v1/points:imports/{batch}")).json()
    assert [source["source"] for source in answer["sources"]] == ["other", "till"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"point_type": "growth"}, "point_type_not_burnable"),
        ({"point_type": "unheard_of"}, "point_type_not_burnable"),
        ({"accrued_on": "2026-04-02"}, "import_ahead"),
        ({"expires_on": "2026-03-31"}, "import_ended"),
        ({"expires_at": "2026-04-01T00:00:00Z"}, "import_ended"),
        ({"accrued_on": "2023-01-01"}, "import_ended"),
    ],
    ids=str,
)
async def test_a_line_that_cannot_be_posted_says_why(
    desk: Desk, batch: str, more: dict[str, object], code: str
):
    member = await desk.enroll()
    (answer,) = await take_over(desk, batch, line(member, 10, **more))
    assert answer["code"] == code
    sums = await reconciled(desk, batch)
    assert sums["refused"] == [{"code": code, "lines": 1, "points": 10}]
    assert await desk.available(member) == 0


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"points": 0}, "/points"),
        ({"points": -1}, "/points"),
        ({"points": 10**9 + 1}, "/points"),
        ({"points": "1"}, "/points"),
        ({"points": 1.0}, "/points"),
        ({"import_ref": "a b"}, "/import_ref"),
        ({"import_ref": ""}, "/import_ref"),
        ({"member_id": None}, "/member_id"),
        ({"accrued_on": "2025-02-29"}, "/accrued_on"),
        ({"accrued_on": "0001-01-01"}, "/accrued_on"),
        ({"expires_on": "9999-12-31"}, "/expires_on"),
        ({"expires_at": "2027-01-01T00:00:00"}, "/expires_at"),
        ({"expires_at": "2027-01-01T00:00:00Z", "expires_on": "2027-01-01"}, "/expires_on"),
        ({"unknown": 1}, "/unknown"),
    ],
    ids=str,
)
async def test_a_line_that_cannot_be_read_leaves_its_neighbours_alone(
    desk: Desk, batch: str, more: dict[str, object], path: str
):
    member = await desk.enroll()
    answers = await take_over(desk, batch, {**line(member, 10), **more}, line(member, 5))
    assert statuses(answers) == [422, 201]
    assert answers[0]["errors"][0]["path"] == path
    assert await desk.available(member) == 5
    assert (await reconciled(desk, batch))["lines"] == 1


async def test_lines_that_are_no_json_are_answered_each(desk: Desk, batch: str):
    member = await desk.enroll()
    twice = '{"import_ref": "a", "import_ref": "b", "member_id": "m", "points": 1}'
    answers = await take_over(desk, batch, "{", twice, "[]", line(member, 5), '"x"')
    assert statuses(answers) == [400, 400, 422, 201, 422]


async def test_doors_of_imports_are_guarded(desk: Desk, batch: str):
    unseen = await desk.api.get(f"/v1/points:imports/{batch}")
    assert (unseen.status_code, unseen.json()["code"]) == (404, "import_not_found")
    async with desk.stage.client("points:adjust", source="staff") as staff:
        refused = await staff.post(
            "/v1/points/imports:batch", content=json.dumps(line("m")), headers=NDJSON
        )
        assert refused.json()["code"] == "forbidden"
    too_many = "\n".join(["{}"] * 5_001)
    refused = await desk.api.post("/v1/points/imports:batch", content=too_many, headers=NDJSON)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    plain = await desk.api.post("/v1/points/imports:batch", json=line("m"))
    assert plain.status_code == 415


async def test_what_was_imported_is_final_for_a_superuser_too(desk: Desk, batch: str):
    member = await desk.enroll()
    await take_over(desk, batch, line(member, 5))
    with pytest.raises(Exception, match="never changed"):
        await desk.stage.rows("UPDATE imported SET points = 6 WHERE batch = :b", b=batch)
