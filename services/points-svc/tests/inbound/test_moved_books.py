"""Transfers, adjustments and imports in the books of finance, and before the auditor."""

import json
from typing import Any
from uuid import uuid4

from points_testing.auditing import audited
from points_testing.desk import START, Desk
from points_testing.moving import member_with, offer_transfers, send

NDJSON = {"Content-Type": "application/x-ndjson"}
PLUS = ("granted", "adjusted")
MINUS = ("reversed", "burned", "expired", "paid", "held")


async def moved(desk: Desk) -> tuple[str, str]:
    """Two members between whom points went to and fro, some of them taken over, burned, held."""
    desk.at(START)
    await offer_transfers(desk)
    one, other = await member_with(desk, "100.00", "20.00"), await member_with(desk, "50.00")
    lines = [
        {"import_ref": str(uuid4()), "member_id": m, "points": 70, "expires_on": "2026-05-31"}
        for m in (one, other)
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    await desk.api.post("/v1/points/imports:batch", content=text, headers=NDJSON)
    for giver, to, points in ((one, other, 90), (other, one, 120), (one, other, 5)):
        assert (await send(desk, giver, to, points)).status_code == 201
    assert (await desk.burn(one, 40)).status_code == 201
    assert (await desk.hold(other, 30)).status_code == 201
    return one, other


async def liability(desk: Desk) -> dict[str, Any]:
    """What is owed in `points`, by the month of the end."""
    answer = await desk.api.get("/v1/points:liability", params={"by": "month"})
    assert answer.status_code == 200, answer.text
    (found,) = [one for one in answer.json()["point_types"] if one["point_type"] == "points"]
    return dict(found)


async def test_P12_what_changes_hands_leaves_each_months_liability_as_it_was(desk: Desk):
    one, other = await moved(desk)
    before = await liability(desk)
    assert (await send(desk, other, one, 60)).status_code == 201
    assert await liability(desk) == before
    for month in (*before["months"], before["total"]):
        left = sum(month[name] for name in PLUS) - sum(month[name] for name in MINUS)
        assert left == month["remaining"]
    assert before["total"]["adjusted"] == 140
    assert before["total"]["remaining"] == before["accounts"]["available"]
    assert await desk.books_balance()


async def test_P12_the_journal_has_both_ways_of_what_changed_hands(desk: Desk):
    await moved(desk)
    period = {"from": "2026-04-01", "to": "2026-05-01", "by": "month"}
    answer = await desk.api.get("/v1/points:journal", params=period)
    assert answer.status_code == 200, answer.text
    sums: dict[tuple[str, str, str], int] = {}
    for row in answer.json()["lines"]:
        key = (row["kind"], row["debit"], row["credit"])
        sums[key] = sums.get(key, 0) + row["points"]
    out = sums["transfer_out", "available", "transfer"]
    assert out == sums["transfer_in", "transfer", "available"] > 0
    assert sums["import", "adjustment", "available"] > 0


async def test_I1_the_auditor_finds_nothing_in_what_moved_and_names_what_was_sent_to_nobody(
    desk: Desk,
):
    await moved(desk)
    assert await audited(desk) == []
    await desk.stage.rows(
        "INSERT INTO journal_entry (recorded_at, recorded_on, zone, point_type, kind, debit,"
        " credit, occurred_month, expiry_month, postings, points) VALUES (now(), now(), 'UTC',"
        " 'points', 'transfer_out', 'issuance', 'transfer', '2026-04', '2028-01', 1, 5)"
    )
    (found,) = await audited(desk)
    assert (found["invariant"], found["what"]) == ("I1", "points_appeared")
    assert (found["posting_id"], found["numbers"]) == ("transfer", {"journal_less_accounts": 5})
