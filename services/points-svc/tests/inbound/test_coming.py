"""P12: what time will do to a member's points next."""

from datetime import timedelta
from typing import Any

from points_testing.desk import START, Desk, of
from points_testing.ledger import purchase
from points_testing.terms import publish

DAY = timedelta(days=1)


async def coming(desk: Desk, member: str) -> list[dict[str, Any]]:
    answer = await desk.api.get(f"/v1/points/{member}/coming")
    assert answer.status_code == 200, answer.text
    return [
        {name: one[name] for name in ("at", "points", "change")}
        for one in answer.json()["items"]
        if one["point_type"] == "points"
    ]


async def test_P12_what_waits_ends_or_is_lost_is_said_the_soonest_first(desk: Desk):
    await publish(
        desk,
        availability={"kind": "after_days", "n": 14},
        expiry={"kind": "days", "n": 120},
        inactivity_months=3,
    )
    member = await desk.enroll()
    await desk.hear(of(member, purchase(f"{member}a", START, "100.00")))
    assert await coming(desk, member) == [
        {"at": "2026-04-15T00:00:00Z", "points": 110, "change": "available"},
        {"at": "2026-07-01T00:00:00Z", "points": 110, "change": "lost"},
    ]
    desk.at(START + 60 * DAY)
    await desk.hear(of(member, purchase(f"{member}b", START + 60 * DAY, "50.00")))
    assert await coming(desk, member) == [
        {"at": "2026-06-14T00:00:00Z", "points": 55, "change": "available"},
        {"at": "2026-07-30T00:00:00Z", "points": 110, "change": "expires"},
        {"at": "2026-08-31T00:00:00Z", "points": 55, "change": "lost"},
    ]


async def test_P12_what_a_deadline_forfeits_has_no_end_after_it(desk: Desk):
    claim = {"kind": "on_activity", "activity": "delivered", "deadline_days": 30}
    await publish(desk, availability={**claim, "default": "forfeit"})
    member = await desk.enroll()
    await desk.hear(of(member, purchase(f"{member}a", START, "100.00")))
    assert await coming(desk, member) == [
        {"at": "2026-05-01T00:00:00Z", "points": 110, "change": "forfeited"}
    ]


async def test_P12_of_a_member_nobody_knows_nothing_is_said(desk: Desk):
    answer = await desk.api.get("/v1/points/nobody/coming")
    assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")
