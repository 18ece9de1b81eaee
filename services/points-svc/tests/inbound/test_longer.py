"""Lots that last longer: extended and reinstated by hand, and the courtesy of a cancelled burn."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from contracts.events.points import PointsAdjusted
from points_testing.auditing import audited
from points_testing.desk import START, Desk, back, of
from points_testing.ledger import purchase
from points_testing.terms import publish

DAY = timedelta(days=1)
ENDS = datetime.fromisoformat("2027-12-31T16:00:00Z")
"""The end of 2027 in Shanghai: when what is accrued in 2026 by `classic` is gone."""
STANDING = """
SELECT expiry_month, CAST(sum(CASE 'available' WHEN credit THEN points WHEN debit THEN -points
    ELSE 0 END) AS bigint) AS available,
    CAST(sum(CASE 'held' WHEN credit THEN points WHEN debit THEN -points
    ELSE 0 END) AS bigint) AS held
FROM journal_entry WHERE recorded_at = :since AND point_type = 'points' GROUP BY 1 ORDER BY 1
"""


async def bought(desk: Desk, net: str = "100.00") -> tuple[str, str]:
    """A member and the lot of their purchase."""
    member = await desk.enroll()
    one = of(member, purchase(f"{member}a", START, net))
    await desk.hear(one)
    return member, one.fact_id


async def ask(
    desk: Desk, member: str, lot: str, verb: str, key: str = "", **body: Any
) -> httpx.Response:
    return await desk.api.post(
        f"/v1/points/{member}/lots/{lot}/{verb}",
        json={"reason": "the shop was closed", **body},
        headers={"Idempotency-Key": key or f"{verb}-{member}-{len(body)}"},
    )


async def test_P2_a_lot_is_extended_and_its_old_end_passes_without_a_trace(desk: Desk):
    member, lot = await bought(desk)
    done = await ask(desk, member, lot, "extend", days=31)
    assert done.status_code == 200, done.text
    assert done.json() | {"expires_at": "2028-01-31T16:00:00Z", "remaining": 110} == done.json()
    again = await ask(desk, member, lot, "extend", days=31)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == done.json()
    desk.at(ENDS + DAY)
    await desk.stage.run_job("expire_lots")
    assert (await desk.burn(member, 10)).status_code == 201
    assert await desk.available(member) == 100
    desk.at(ENDS + 31 * DAY)
    assert await desk.available(member) == 0
    await desk.stage.run_job("expire_lots")
    assert (await desk.kinds(member)) == {"accrual": 1, "extension": 2, "burn": 1, "expiry": 1}
    assert member not in {one["member_id"] for one in await audited(desk)}
    assert await desk.books_balance()


async def test_P2_what_was_posted_stays_and_says_who_extended_it(desk: Desk):
    member, lot = await bought(desk)
    rows = (
        "SELECT expires_at FROM posting WHERE member_id = :m AND fact_id = :f AND part = 'points'"
    )
    posted = await desk.stage.rows(rows, m=member, f=lot)
    await ask(desk, member, lot, "extend", until="2028-06-01T00:00:00+08:00")
    assert await desk.stage.rows(rows, m=member, f=lot) == posted
    extension = next(p for p in await desk.postings(member) if p["kind"] == "extension")
    why = await desk.why(member, extension["posting_id"])
    assert why["decision"]["reason"] == "the shop was closed"
    assert why["decision"]["actor"].startswith("key:")
    assert [fact["fact_id"] for fact in why["facts"]] == [lot]
    shown = (await desk.api.get(f"/v1/points/{member}")).json()["accounts"][0]
    assert shown["expiring"] == [{"on": "2028-06-01", "points": 110}]
    with pytest.raises(Exception, match="never changed"):
        await desk.stage.rows("UPDATE lot_term SET expires_at = NULL")


async def test_P12_what_is_extended_moves_to_its_new_month_and_what_is_held_with_it(desk: Desk):
    since = START + 3 * DAY
    desk.at(since)
    member, lot = await bought(desk)
    held = await desk.hold(member, 40, lapse_after_s=600_000)
    await ask(desk, member, lot, "extend", days=31)
    rows = await desk.stage.rows(STANDING, since=since)
    assert [tuple(row) for row in rows] == [("2028-01", 0, 0), ("2028-02", 70, 40)]
    hold_id = held.json()["hold_id"]
    captured = await desk.api.post(f"/v1/points/{member}/holds/{hold_id}/capture", json={})
    assert captured.status_code == 200, captured.text
    rows = await desk.stage.rows(STANDING, since=since)
    assert [tuple(row) for row in rows] == [("2028-01", 0, 0), ("2028-02", 70, 0)]
    assert await desk.books_balance()


async def test_P7_a_return_still_takes_from_its_own_lot_once_that_was_extended(desk: Desk):
    member = await desk.enroll()
    one = of(member, purchase(f"{member}a", START, "100.00"))
    other = of(member, purchase(f"{member}b", START, "50.00"))
    await desk.hear(one, other)
    await ask(desk, member, one.fact_id, "extend", days=31)
    await desk.hear(back(one, f"{member}r", START + DAY, ("1", 1)))
    lots = (await desk.api.get(f"/v1/points/{member}/lots")).json()["items"]
    left = {lot["lot_id"]: lot["remaining"] for lot in lots if lot["point_type"] == "points"}
    assert left == {one.fact_id: 0, other.fact_id: 55}


async def test_P2_what_was_lost_is_reinstated_and_pays_the_deficit_first(desk: Desk):
    member, lot = await bought(desk)
    desk.at(ENDS - DAY)
    spent = of(member, purchase(f"{member}b", ENDS - DAY, "20.00"))
    await desk.hear(spent)
    desk.at(ENDS + DAY)
    await desk.stage.run_job("expire_lots")
    assert (await desk.burn(member, 22)).status_code == 201
    await desk.hear(back(spent, f"{member}r", ENDS + DAY, ("1", 1)))
    assert (await desk.account(member))["deficit"] == 22
    done = await ask(desk, member, lot, "reinstate", days=10)
    assert done.status_code == 200, done.text
    assert done.json() | {"remaining": 88, "expired": 0} == done.json()
    assert done.json()["expires_at"] == (ENDS + 11 * DAY).isoformat().replace("+00:00", "Z")
    (said,) = [e for e in await desk.stage.said() if isinstance(e, PointsAdjusted)][-1:]
    assert (said.member_id, said.points, said.reason) == (member, 110, "goodwill")
    desk.at(ENDS + 11 * DAY)
    await desk.stage.run_job("expire_lots")
    assert await desk.available(member) == 0
    assert await desk.books_balance()


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        pytest.param("reinstate", {"days": 1}, 409, "nothing_expired", id="nothing was lost"),
        pytest.param(
            "extend", {"until": "2027-12-31T16:00:00Z"}, 422, "end_not_later", id="not longer"
        ),
        pytest.param(
            "extend", {"until": "2090-01-01T00:00:00Z"}, 422, "end_not_later", id="for too long"
        ),
        pytest.param("extend", {}, 422, "invalid", id="until when"),
        pytest.param("extend", {"days": 0}, 422, "invalid", id="a day at least"),
        pytest.param(
            "extend",
            {"days": 1, "until": "2028-06-01T00:00:00Z"},
            422,
            "invalid",
            id="one of the two",
        ),
        pytest.param("extend", {"days": 1, "reason": ""}, 422, "invalid", id="why"),
        pytest.param(
            "extend",
            {"days": 1, "point_type": "growth"},
            409,
            "lot_without_end",
            id="a lot that never ends",
        ),
    ],
)
async def test_P2_a_lot_is_not_changed_where_that_makes_no_sense(
    desk: Desk, verb: str, body: dict[str, Any], status: int, code: str
):
    member, lot = await bought(desk)
    refused = await ask(desk, member, lot, verb, **body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (await desk.kinds(member)) == {"accrual": 1}


async def test_P2_a_lot_that_is_over_or_empty_or_unknown(desk: Desk):
    member, lot = await bought(desk)
    unknown = await ask(desk, member, "nothing", "extend", days=1)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "lot_not_found")
    assert (await desk.burn(member, 110)).status_code == 201
    spent = await ask(desk, member, lot, "extend", key=f"{member}spent", days=2)
    assert (spent.status_code, spent.json()["code"]) == (409, "nothing_left")
    desk.at(ENDS)
    over = await ask(desk, member, lot, "extend", key=f"{member}over", days=3)
    assert (over.status_code, over.json()["code"]) == (409, "lot_ended")


@pytest.mark.parametrize(
    ("days", "left", "ends"),
    [
        pytest.param(0, 0, None, id="none: they expire as they come back"),
        pytest.param(10, 60, ENDS + 12 * DAY, id="ten days from the cancel on"),
    ],
)
async def test_P9_a_burn_cancelled_after_the_lots_end(
    desk: Desk, days: int, left: int, ends: datetime | None
):
    desk.at(START)
    await publish(desk, courtesy_days=days)
    member, lot = await bought(desk)
    burned = await desk.burn(member, 60)
    desk.at(ENDS + 2 * DAY)
    cancel = f"/v1/points/{member}/burns/{burned.json()['burn_id']}/cancel"
    assert (await desk.api.post(cancel)).status_code == 200
    assert await desk.available(member) == left
    items = (await desk.api.get(f"/v1/points/{member}/lots")).json()["items"]
    (shown,) = [one for one in items if one["lot_id"] == lot and one["point_type"] == "points"]
    assert shown["expires_at"] == (ends or ENDS).isoformat().replace("+00:00", "Z")
    if ends:
        desk.at(ends - timedelta(microseconds=1))
        assert await desk.available(member) == left
        desk.at(ends)
    assert await desk.available(member) == 0
    await desk.stage.run_job("expire_lots")
    assert await desk.books_balance()
