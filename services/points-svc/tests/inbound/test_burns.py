"""The doors of burns and adjustments."""

from uuid import uuid4

import pytest

from contracts.events.points import PointsAdjusted
from points_testing.desk import START, Desk, of
from points_testing.ledger import purchase


@pytest.fixture
async def member(desk: Desk) -> str:
    """Somebody with 110 points."""
    found = await desk.enroll()
    await desk.stage.deliver(of(found, purchase(found, START, "100.00")))
    return found


async def test_a_burn_its_repetition_and_its_cancel(desk: Desk, member: str):
    burn_id = str(uuid4())
    burned = await desk.burn(member, 50, burn_id=burn_id)
    assert (burned.status_code, burned.json()["state"]) == (201, "burned")
    again = await desk.burn(member, 50, burn_id=burn_id)
    assert (again.status_code, again.json()) == (201, burned.json())
    assert await desk.available(member) == 60
    cancel = f"/v1/points/{member}/burns/{burn_id}/cancel"
    cancelled, again = await desk.api.post(cancel), await desk.api.post(cancel)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert (again.status_code, again.json()) == (200, cancelled.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert await desk.available(member) == 110
    shown = await desk.api.get(f"/v1/points/{member}/burns/{burn_id}")
    assert shown.json() == cancelled.json()
    assert await desk.books_balance()


async def test_the_burn_of_a_captured_hold_bears_its_id(desk: Desk, member: str):
    hold_id = (await desk.hold(member, 50)).json()["hold_id"]
    await desk.api.post(f"/v1/points/{member}/holds/{hold_id}/capture", json={"points": 30})
    shown = await desk.api.get(f"/v1/points/{member}/burns/{hold_id}")
    assert shown.json() | {"points": 30, "hold_id": hold_id, "state": "burned"} == shown.json()
    await desk.api.post(f"/v1/points/{member}/burns/{hold_id}/cancel")
    assert await desk.available(member) == 110
    state = await desk.api.get(f"/v1/points/{member}/holds/{hold_id}")
    assert state.json()["state"] == "captured"


async def test_refusals_of_a_burn(desk: Desk, member: str):
    too_much = await desk.burn(member, 111)
    assert too_much.json() | {"code": "points_insufficient", "asked": 111} == too_much.json()
    assert (await desk.burn(str(uuid4()), 1)).json()["code"] == "member_not_found"
    assert (await desk.burn(member, 1, point_type="growth")).status_code == 409
    burn_id = (await desk.burn(member, 1)).json()["burn_id"]
    assert (await desk.burn(member, 2, burn_id=burn_id)).json()["code"] == "idempotency_key_reused"
    unnamed = await desk.api.post(
        f"/v1/points/{member}/burns", json={"points": 1, "purpose": "test"}
    )
    assert unnamed.json()["code"] == "idempotency_key_required"
    unseen = await desk.api.get(f"/v1/points/{member}/burns/{uuid4()}")
    assert (unseen.status_code, unseen.json()["code"]) == (404, "burn_not_found")


async def test_a_cancel_of_a_burn_not_yet_seen_refuses_it(desk: Desk, member: str):
    burn_id = str(uuid4())
    for _ in range(2):
        cancelled = await desk.api.post(f"/v1/points/{member}/burns/{burn_id}/cancel")
        assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    late = await desk.burn(member, 10, burn_id=burn_id)
    assert (late.status_code, late.json()["code"]) == (409, "burn_cancelled")
    assert await desk.available(member) == 110


async def adjust(desk: Desk, member: str, points: object, key: str | None = None, **more: object):
    headers = {"Idempotency-Key": key or str(uuid4())}
    body = {"points": points, "reason": "goodwill", **more}
    return await desk.api.post(f"/v1/points/{member}/adjustments", json=body, headers=headers)


async def test_an_adjustment_gives_a_lot_and_is_said(desk: Desk, member: str):
    key = str(uuid4())
    why = {"reason": "Paket für Jürgen kam zu spät, 快递迟到", "reason_code": "late_parcel"}
    given = await adjust(desk, member, 40, key, **why)
    assert given.status_code == 201
    assert given.json() | {"points": 40, "expires_at": "2027-12-31T16:00:00Z"} == given.json()
    again = await adjust(desk, member, 40, key, **why)
    assert (again.status_code, again.json()) == (201, given.json())
    assert await desk.available(member) == 150
    assert given.json() | why == given.json()
    shown = await desk.why(member, given.json()["posting_id"])
    assert shown["decision"] | why == shown["decision"]


async def test_a_reason_is_free_text_up_to_200_and_no_event_carries_it(desk: Desk, member: str):
    long = "Sie rief an: 40 Punkte fehlten. " + "é" * 168
    assert (await adjust(desk, member, 1, reason=long)).status_code == 201
    assert (await adjust(desk, member, 1, reason=long + "é")).status_code == 422
    assert (await adjust(desk, member, 1, reason_code="free text")).status_code == 422
    assert (await adjust(desk, member, 2, reason_code="goodwill")).status_code == 201
    said = [e for e in await desk.stage.said() if isinstance(e, PointsAdjusted)][-2:]
    assert [(e.points, e.reason) for e in said] == [(1, "adjustment"), (2, "goodwill")]
    assert {e.actor for e in said} == {"key:till0"}


async def test_an_adjustment_takes_in_burn_order_and_never_makes_a_deficit(desk: Desk, member: str):
    taken = await adjust(desk, member, -100)
    assert (taken.status_code, taken.json()["points"]) == (201, -100)
    refused = await adjust(desk, member, -11)
    assert refused.json() | {"code": "points_insufficient", "available": 10} == refused.json()
    assert await desk.account(member) == {"available": 10, "held": 0, "pending": 0, "deficit": 0}
    assert await desk.books_balance()


async def test_an_adjustment_of_somebody_without_an_account(desk: Desk):
    member = await desk.enroll()
    assert (await adjust(desk, member, 40)).status_code == 201
    assert await desk.available(member) == 40
    unknown = await adjust(desk, str(uuid4()), 40)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "member_not_found")


@pytest.mark.parametrize("points", [0, 10**9 + 1, -(10**9) - 1, 1.5, "1", True, None], ids=repr)
async def test_an_adjustment_of_no_amount(desk: Desk, member: str, points: object):
    refused = await adjust(desk, member, points)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert refused.json()["errors"][0]["path"] == "/points"


async def test_growth_is_not_adjusted(desk: Desk, member: str):
    refused = await adjust(desk, member, 1, point_type="growth")
    assert (refused.status_code, refused.json()["code"]) == (409, "point_type_not_burnable")


async def test_a_balance_that_cannot_be_counted_exactly_is_refused(desk: Desk, member: str):
    await desk.stage.rows(
        "UPDATE account SET available = 9007199254740000 WHERE member_id = :m", m=member
    )
    refused = await adjust(desk, member, 10**9)
    await desk.stage.rows("UPDATE account SET available = 110 WHERE member_id = :m", m=member)
    assert (refused.status_code, refused.json()["code"]) == (409, "balance_too_large")
