"""What members may do decides who is given what lifts, never where they stand (M9, T5)."""

import itertools

import pytest

from contracts.events.members import MemberStatusChanged

KEYS = itertools.count()
BODY = {"tier": "gold", "reason": "a gift"}


def changed(shop, status, revision):
    return MemberStatusChanged(
        event_id=f"{shop.member}.status.{revision}",
        member_id=shop.member,
        occurred_at=shop.enrolled_at,
        recorded_at=shop.enrolled_at,
        version="1",
        status=status,
        revision=revision,
    )


@pytest.fixture
async def member(hall, instant):
    """Silver since March."""
    hall.stage.at(instant("2026-04-25T12:00"))
    shop = hall.shop()
    days = ("01", "02", "03")
    await hall.hear(shop.enrolled(), *(shop.sold(d, f"2026-03-{d}T10:00", 100) for d in days))
    return shop


async def lift(api, shop):
    key = {"Idempotency-Key": f"status-{next(KEYS):08}"}
    return await api.post(f"/v1/standings/{shop.member}/overrides", json=BODY, headers=key)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("banned", "member_banned"),
        ("closed", "member_closed"),
        ("merged", "member_closed"),
        ("erased", "member_closed"),
    ],
)
async def test_M9_who_is_no_member_any_more_is_given_no_way_up_and_stands_as_before(
    hall, api, member, status, code
):
    told = await hall.told(member)
    await hall.hear(changed(member, status, 1))
    answer = await lift(api, member)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert answer.json().get("member_status") == (None if status == "banned" else status)
    assert await hall.told(member) == told
    standing = await api.get(f"/v1/standings/{member.member}")
    assert standing.json()["tier"] == "silver"


async def set_rating(api, shop):
    body = {"attribute": "rating", "value": 9, "evidence": "a survey"}
    key = {"Idempotency-Key": f"status-{next(KEYS):08}"}
    return await api.post(f"/v1/standings/{shop.member}/attributes", json=body, headers=key)


async def test_M9_no_attribute_lifts_who_is_no_member_any_more(hall, api, member):
    assert (await set_rating(api, member)).status_code == 201
    for revision, status in enumerate(("banned", "closed", "erased"), 1):
        await hall.hear(changed(member, status, revision))
        answer = await set_rating(api, member)
        code = "member_banned" if status == "banned" else "member_closed"
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    kept = "SELECT value FROM attribute_value WHERE member_id = :m"
    assert len(await hall.stage.rows(kept, m=member.member)) == 1
    await hall.hear(changed(member, "active", 9))
    assert (await set_rating(api, member)).status_code == 201


async def test_M9_who_is_suspended_or_back_is_given_one_in_every_order(hall, api, member):
    for change in (
        changed(member, "active", 3),
        changed(member, "banned", 2),
        changed(member, "active", 3),
    ):
        await hall.hear(change)
    assert (await lift(api, member)).status_code == 201
    await hall.hear([changed(member, "closed", 4), changed(member, "suspended", 5)])
    assert (await lift(api, member)).status_code == 201
    await hall.hear([changed(member, "closed", 6)])
    assert (await lift(api, member)).status_code == 409


async def test_M9_a_status_that_comes_before_the_enrolment_is_kept(hall, api):
    shop = hall.shop()
    await hall.hear(changed(shop, "banned", 1))
    await hall.hear(shop.enrolled())
    answer = await lift(api, shop)
    assert (answer.status_code, answer.json()["code"]) == (409, "member_banned")
