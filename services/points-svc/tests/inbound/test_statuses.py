"""M9: what a member may do with points, by the status that member-svc said last."""

import pytest

from points_testing.desk import START, Desk, of, status_told
from points_testing.ledger import purchase


async def member_with_110(desk: Desk) -> str:
    member = await desk.enroll()
    await desk.hear(of(member, purchase(f"{member}a", START, "100.00")))
    return member


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("suspended", "member_suspended"),
        ("banned", "member_banned"),
        ("closed", "member_closed"),
        ("merged", "member_closed"),
        ("erased", "member_closed"),
    ],
)
async def test_M9_points_come_in_but_do_not_leave(desk: Desk, status: str, code: str):
    member = await member_with_110(desk)
    await desk.hear(status_told(member, status, 2))
    for refused in (await desk.burn(member, 10), await desk.hold(member, 10)):
        assert (refused.status_code, refused.json()["code"]) == (409, code)
    await desk.hear(of(member, purchase(f"{member}b", START, "50.00")))
    assert await desk.available(member) == 165


async def test_M9_who_is_active_again_burns_again_and_the_highest_revision_counts(desk: Desk):
    member = await member_with_110(desk)
    await desk.hear(status_told(member, "active", 3), status_told(member, "suspended", 2))
    await desk.hear(status_told(member, "banned", 1))
    assert (await desk.burn(member, 10)).status_code == 201
    await desk.hear(status_told(member, "suspended", 4))
    assert (await desk.burn(member, 10)).status_code == 409


async def test_M9_what_was_set_aside_before_is_captured_given_back_and_cancelled(desk: Desk):
    member = await member_with_110(desk)
    kept, freed = (await desk.hold(member, 40)).json(), (await desk.hold(member, 20)).json()
    burned = (await desk.burn(member, 50)).json()
    await desk.hear(status_told(member, "suspended", 2))
    holds = f"/v1/points/{member}/holds"
    captured = await desk.api.post(f"{holds}/{kept['hold_id']}/capture", json={"points": 30})
    assert captured.status_code == 200
    assert (await desk.api.post(f"{holds}/{freed['hold_id']}/release")).status_code == 200
    cancel = f"/v1/points/{member}/burns/{burned['burn_id']}/cancel"
    assert (await desk.api.post(cancel)).status_code == 200
    assert await desk.available(member) == 80
    again = await desk.burn(member, 50, burn_id=burned["burn_id"])
    assert again.json() == burned, "said again, it is answered as the first time"
    assert await desk.books_balance()


async def test_M9_staff_may_still_correct_a_suspended_account(desk: Desk):
    member = await member_with_110(desk)
    await desk.hear(status_told(member, "suspended", 2))
    body = {"points": -10, "reason": "given twice"}
    taken = await desk.api.post(
        f"/v1/points/{member}/adjustments", json=body, headers={"Idempotency-Key": member}
    )
    assert taken.status_code == 201
    assert await desk.available(member) == 100


async def test_M9_a_status_before_anything_else_was_heard_of_the_member(desk: Desk):
    await desk.hear(status_told("status-first", "suspended", 2))
    await desk.enroll("status-first")
    refused = await desk.burn("status-first", 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "member_suspended")
