"""What a version may say of how long points last and wait, and what it may not."""

from datetime import timedelta
from typing import Any

import pytest

from points_testing.desk import START, Desk, of
from points_testing.ledger import purchase
from points_testing.terms import document

DAY = timedelta(days=1)
DELIVERED = {"kind": "on_activity", "activity": "delivered", "deadline_days": 30}


@pytest.mark.parametrize(
    ("terms", "where", "code"),
    [
        pytest.param(
            {"availability": {"kind": "after_days", "n": 0}},
            "/availability/n",
            "out_of_range",
            id="points wait a day at least, or not at all",
        ),
        pytest.param(
            {"availability": {"kind": "after_days", "n": 401}},
            "/availability/n",
            "out_of_range",
            id="nor longer than a late fact may",
        ),
        pytest.param(
            {"availability": {"kind": "soon"}},
            "/availability",
            "not_allowed",
            id="in one of three ways",
        ),
        pytest.param(
            {"availability": DELIVERED},
            "/availability/default",
            "missing",
            id="a deadline says what it does",
        ),
        pytest.param(
            {"availability": {**DELIVERED, "default": "keep"}},
            "/availability/default",
            "not_allowed",
            id="available or forfeit",
        ),
        pytest.param(
            {"availability": {"kind": "after_days", "n": 3, "activity": "x"}},
            "/availability/activity",
            "unknown_field",
            id="days wait for nothing else",
        ),
        pytest.param(
            {"expiry": {"kind": "fixed_date", "last_day": "2027-02-29"}},
            "/expiry/last_day",
            "format",
            id="a day that there is not",
        ),
        pytest.param(
            {"expiry": {"kind": "end_of_quarter", "quarters_after": -1}},
            "/expiry/quarters_after",
            "out_of_range",
            id="no quarter before its own",
        ),
        pytest.param(
            {"expiry": {"kind": "end_of_month", "n": 1}},
            "/expiry/months_after",
            "missing",
            id="a month after which",
        ),
        pytest.param({"courtesy_days": -1}, "/courtesy_days", "out_of_range", id="courtesy"),
        pytest.param({"courtesy_days": 1.5}, "/courtesy_days", "type", id="whole days"),
        pytest.param({"inactivity_months": 0}, "/inactivity_months", "out_of_range", id="a month"),
        pytest.param({"maximum_balance": 0}, "/maximum_balance", "out_of_range", id="a point"),
        pytest.param({"maximum_balance": "9"}, "/maximum_balance", "type", id="a number"),
    ],
)
async def test_P2_P4_what_terms_cannot_say_is_refused(
    desk: Desk, terms: dict[str, Any], where: str, code: str
):
    before = await desk.stage.counts()
    refused = await desk.api.post("/v1/accrual-rules", json=document(**terms))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert {"path": f"/point_types/0{where}", "code": code} in refused.json()["errors"]
    assert await desk.stage.counts() == before


async def test_P2_a_fixed_date_that_has_passed_when_it_takes_effect_is_refused(desk: Desk):
    fixed = {"kind": "fixed_date", "last_day": "2026-04-10"}
    drafted = await desk.api.post("/v1/accrual-rules", json=document(expiry=fixed))
    publish = f"/v1/accrual-rules/{drafted.json()['version']}/publish"
    refused = await desk.api.post(publish, json={"effective_from": "2026-04-11T00:00:00+08:00"})
    assert (refused.status_code, refused.json()["code"]) == (422, "expiry_in_past")
    assert refused.json()["point_types"] == ["points"]
    last = await desk.api.post(publish, json={"effective_from": "2026-04-10T23:59:59+08:00"})
    assert last.status_code == 200
    desk.at(START + 12 * DAY)
    member = await desk.enroll()
    begins = START + timedelta(days=9, hours=15, minutes=59, seconds=59)
    await desk.hear(of(member, purchase(f"{member}a", begins, "100.00")))
    assert await desk.available(member) == 0
    await desk.hear(of(member, purchase(f"{member}b", START + 11 * DAY, "100.00")))
    await desk.stage.run_job("expire_lots")
    assert (await desk.kinds(member)) == {"accrual": 2, "expiry": 2}
    assert await desk.books_balance()
