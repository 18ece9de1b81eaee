"""The doors of holds: each happy answer, each refusal, each repetition."""

from datetime import timedelta
from uuid import uuid4

import pytest

from points_testing.desk import START, Desk, of
from points_testing.ledger import purchase


@pytest.fixture
async def member(desk: Desk) -> str:
    """Somebody with 110 points."""
    found = await desk.enroll()
    await desk.stage.deliver(of(found, purchase(found, START, "100.00")))
    return found


def path(member: str, hold_id: object, verb: str = "") -> str:
    return f"/v1/points/{member}/holds/{hold_id}" + (f"/{verb}" if verb else "")


async def test_a_hold_is_placed_asked_for_and_captured(desk: Desk, member: str):
    hold_id = str(uuid4())
    placed = await desk.hold(member, 50, hold_id=hold_id, lapse_after_s=60)
    assert placed.status_code == 201
    assert (
        placed.json()
        | {
            "hold_id": hold_id,
            "points": 50,
            "state": "open",
            "lapses_at": "2026-04-01T00:01:00Z",
        }
        == placed.json()
    )
    assert (await desk.api.get(path(member, hold_id))).json()["state"] == "open"
    captured = await desk.api.post(path(member, hold_id, "capture"))
    assert (captured.status_code, captured.json()["state"]) == (200, "captured")
    assert await desk.account(member) == {"available": 60, "held": 0, "pending": 0, "deficit": 0}


async def test_a_capture_of_a_part_releases_the_rest(desk: Desk, member: str):
    hold_id = (await desk.hold(member, 50)).json()["hold_id"]
    captured = await desk.api.post(path(member, hold_id, "capture"), json={"points": 20})
    assert captured.json() | {"state": "captured", "points": 50, "captured": 20} == captured.json()
    assert await desk.account(member) == {"available": 90, "held": 0, "pending": 0, "deficit": 0}
    same = await desk.api.post(path(member, hold_id, "capture"), json={"points": 20})
    assert (same.status_code, same.headers["idempotent-replayed"]) == (200, "true")
    other = await desk.api.post(path(member, hold_id, "capture"))
    assert (other.status_code, other.json()["code"], other.json()["state"]) == (
        409,
        "hold_not_open",
        "captured",
    )


async def test_the_same_hold_again_is_the_first_answer(desk: Desk, member: str):
    hold_id = str(uuid4())
    first = await desk.hold(member, 50, hold_id=hold_id)
    await desk.api.post(path(member, hold_id, "release"))
    again = await desk.hold(member, 50, hold_id=hold_id)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    other = await desk.hold(member, 51, hold_id=hold_id)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (await desk.account(member))["held"] == 0


async def test_a_key_stands_in_for_the_id_and_keeps_its_answer(desk: Desk, member: str):
    body = {"points": 100, "purpose": "test"}
    keyed = {"Idempotency-Key": str(uuid4())}
    url = f"/v1/points/{member}/holds"
    first = await desk.api.post(url, json=body, headers=keyed)
    assert first.status_code == 201
    again = await desk.api.post(url, json=body, headers=keyed)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    other = await desk.api.post(url, json={**body, "points": 1}, headers=keyed)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    refused = {"Idempotency-Key": str(uuid4())}
    assert (await desk.api.post(url, json=body, headers=refused)).status_code == 409
    await desk.api.post(path(member, first.json()["hold_id"], "release"))
    kept = await desk.api.post(url, json=body, headers=refused)
    assert (kept.status_code, kept.json()["code"]) == (409, "points_insufficient")


async def test_neither_id_nor_key_is_refused(desk: Desk, member: str):
    answer = await desk.api.post(
        f"/v1/points/{member}/holds", json={"points": 1, "purpose": "test"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


async def test_more_than_there_is_is_refused_with_its_numbers(desk: Desk, member: str):
    refused = await desk.hold(member, 111)
    assert (refused.status_code, refused.json()["code"]) == (409, "points_insufficient")
    assert refused.json() | {"asked": 111, "available": 110, "outcome": "none"} == refused.json()


async def test_a_member_nobody_knows_and_one_without_points(desk: Desk):
    unknown = await desk.hold(str(uuid4()), 1)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "member_not_found")
    poor = await desk.hold(await desk.enroll(), 1)
    assert poor.json() | {"code": "points_insufficient", "available": 0} == poor.json()


@pytest.mark.parametrize("point_type", ["growth", "nonsense"])
async def test_a_type_that_only_qualifies_cannot_be_held(desk: Desk, member: str, point_type: str):
    refused = await desk.hold(member, 1, point_type=point_type)
    assert (refused.status_code, refused.json()["code"]) == (409, "point_type_not_burnable")


async def test_a_release_and_its_repetition(desk: Desk, member: str):
    hold_id = (await desk.hold(member, 50)).json()["hold_id"]
    for is_again in (False, True):
        released = await desk.api.post(path(member, hold_id, "release"))
        assert (released.status_code, released.json()["state"]) == (200, "released")
        assert ("idempotent-replayed" in released.headers) is is_again
    captured = await desk.api.post(path(member, hold_id, "capture"))
    assert captured.json() | {"code": "hold_not_open", "state": "released"} == captured.json()


async def test_P8_a_release_for_a_hold_not_yet_seen_refuses_it(desk: Desk, member: str):
    hold_id = str(uuid4())
    for _ in range(2):
        released = await desk.api.post(path(member, hold_id, "release"))
        assert (released.status_code, released.json()["state"]) == (200, "released")
    late = await desk.hold(member, 10, hold_id=hold_id)
    assert (late.status_code, late.json()["code"]) == (409, "hold_released")
    captured = await desk.api.post(path(member, hold_id, "capture"))
    assert captured.json() | {"code": "hold_not_open", "state": "released"} == captured.json()
    assert (await desk.api.get(path(member, hold_id))).json()["state"] == "released"


async def test_a_tombstone_stands_even_before_the_member_is_known(desk: Desk):
    member, hold_id = str(uuid4()), str(uuid4())
    assert (await desk.api.post(path(member, hold_id, "release"))).status_code == 200
    await desk.enroll(member)
    await desk.stage.deliver(of(member, purchase(member, START, "100.00")))
    assert (await desk.hold(member, 10, hold_id=hold_id)).json()["code"] == "hold_released"


@pytest.mark.parametrize("verb", ["capture", "release"])
async def test_P8_at_lapses_at_a_hold_is_over(desk: Desk, member: str, verb: str):
    hold_id = (await desk.hold(member, 50, lapse_after_s=60)).json()["hold_id"]
    desk.at(START + timedelta(seconds=60))
    refused = await desk.api.post(path(member, hold_id, verb))
    assert refused.status_code == 409
    assert refused.json() | {"code": "hold_not_open", "state": "lapsed"} == refused.json()
    assert (await desk.api.get(path(member, hold_id))).json()["state"] == "lapsed"
    await desk.stage.run_job("lapse_holds")
    assert (await desk.api.post(path(member, hold_id, verb))).json()["state"] == "lapsed"
    assert await desk.available(member) == 110


async def test_what_a_lapsed_hold_kept_can_be_held_before_the_job_ran(desk: Desk, member: str):
    await desk.hold(member, 110, lapse_after_s=60)
    desk.at(START + timedelta(seconds=60))
    assert (await desk.hold(member, 110)).status_code == 201
    assert await desk.books_balance()


async def test_a_hold_nobody_saw(desk: Desk, member: str):
    for answer in (
        await desk.api.get(path(member, uuid4())),
        await desk.api.post(path(member, uuid4(), "capture")),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "hold_not_found")


async def test_a_capture_beyond_the_hold(desk: Desk, member: str):
    hold_id = (await desk.hold(member, 50)).json()["hold_id"]
    refused = await desk.api.post(path(member, hold_id, "capture"), json={"points": 51})
    assert refused.status_code == 409
    assert refused.json() | {"code": "capture_exceeds_hold", "held": 50} == refused.json()


async def test_a_hold_and_a_burn_never_share_an_id(desk: Desk, member: str):
    burn_id = (await desk.burn(member, 10)).json()["burn_id"]
    assert (await desk.hold(member, 10, hold_id=burn_id)).status_code == 422
    hold_id = (await desk.hold(member, 10)).json()["hold_id"]
    assert (await desk.burn(member, 10, burn_id=hold_id)).status_code == 422


async def test_an_open_hold_has_no_burn_to_cancel(desk: Desk, member: str):
    hold_id = (await desk.hold(member, 10)).json()["hold_id"]
    refused = await desk.api.post(f"/v1/points/{member}/burns/{hold_id}/cancel")
    assert refused.json() | {"code": "hold_not_captured", "state": "open"} == refused.json()
