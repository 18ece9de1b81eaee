"""The doors of pools (P10)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.events.points import PointsBurned, PointsTransferred
from points_testing.auditing import audited
from points_testing.desk import START, Desk, back, of, status_told
from points_testing.ledger import purchase
from points_testing.moving import offer
from points_testing.pooling import family, offer_pools, open_pool


async def test_P10_a_pool_is_opened_once_and_shown(desk: Desk):
    home = await family(desk, ("100.00", 1), ("50.00", 2))
    one, other = home.members
    shown = await home.shown()
    assert (shown["available"], shown["point_type"], shown["revision"]) == (165, "points", 2)
    assert [(m["member_id"], m["share"], m["available"]) for m in shown["members"]] == [
        (one, 1, 110),
        (other, 2, 55),
    ]
    assert (await desk.api.get(f"/v1/points/{one}/pool")).json() == shown
    nowhere = await desk.api.get(f"/v1/points/{uuid4()}/pool")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_in_pool")
    again = await open_pool(desk, {other: 2, one: 1}, pool_id=home.pool_id)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    changed = await open_pool(desk, {other: 2, one: 2}, pool_id=home.pool_id)
    assert (changed.status_code, changed.json()["code"]) == (422, "idempotency_key_reused")


async def test_P10_what_is_gathered_is_borne_by_shares_and_moves_with_its_end(desk: Desk):
    """60 by 1 to 2: 20 and 40. Who gathers bears 20 of their own, which stay."""
    home = await family(desk, ("100.00", 1), ("50.00", 2))
    one, other = home.members
    made = await home.gather(one, 60, reason="For the summer holiday")
    assert made.status_code == 201, made.text
    parts = [(part["member_id"], part["points"]) for part in made.json()["parts"]]
    assert (parts, made.json()["moved"]) == ([(one, 20), (other, 40)], 40)
    assert await home.have() == [150, 15]
    posting_id = made.json()["parts"][1]["posting_id"]
    assert made.json()["parts"][0]["posting_id"] is None
    why = (await desk.why(other, posting_id))["decision"]
    assert (why["reason"], why["reason_code"]) == (
        "For the summer holiday",
        f"pool:{home.pool_id}",
    )
    said = [e for e in await desk.stage.said() if isinstance(e, PointsTransferred)][-2:]
    assert [(e.member_id, e.direction, e.other_id, e.points, e.pool_id) for e in said] == [
        (other, "out", one, 40, home.pool_id),
        (one, "in", other, 40, home.pool_id),
    ]
    lots = (await desk.api.get(f"/v1/points/{one}/lots")).json()["items"]
    assert len({lot["expires_at"] for lot in lots if lot["point_type"] == "points"}) == 1
    again = await desk.api.get(home.place(made))
    assert again.json() == made.json()
    assert await desk.books_balance()


async def test_P10_the_same_gathering_again_is_answered_as_the_first_time(desk: Desk):
    home = await family(desk, ("100.00", 1), ("50.00", 1))
    one, other = home.members
    name = str(uuid4())
    made = await home.gather(one, 20, gathering_id=name)
    again = await home.gather(one, 20, gathering_id=name)
    assert (again.status_code, again.json()) == (201, made.json())
    assert again.headers["idempotent-replayed"] == "true"
    otherwise = await home.gather(one, 21, gathering_id=name)
    assert (otherwise.status_code, otherwise.json()["code"]) == (422, "idempotency_key_reused")
    assert await home.have() == [120, 45]
    headers = {"Idempotency-Key": str(uuid4())}
    path, body = f"/v1/pools/{home.pool_id}/gatherings", {"member_id": other, "points": 10}
    keyed = [await desk.api.post(path, json=body, headers=headers) for _ in range(2)]
    assert keyed[0].json() == keyed[1].json()
    unnamed = await desk.api.post(path, json=body)
    assert unnamed.json()["code"] == "idempotency_key_required"


async def test_P10_a_gathering_with_a_purpose_is_burned_at_once_and_cancelled_whole(desk: Desk):
    home = await family(desk, ("10.00", 0), ("50.00", 1), ("50.00", 1))
    child = home.members[0]
    made = await home.gather(child, 80, purpose="toy")
    assert made.status_code == 201, made.text
    assert await home.have() == [11, 15, 15]
    name = made.json()["gathering_id"]
    burned = (await desk.api.get(f"/v1/points/{child}/burns/{name}")).json()
    assert (burned["state"], burned["points"], burned["purpose"]) == ("burned", 80, "toy")
    assert [e.points for e in await desk.stage.said() if isinstance(e, PointsBurned)][-1] == 80
    cancelled = await desk.api.post(f"{home.place(made)}/cancel")
    assert cancelled.status_code == 200, cancelled.text
    assert cancelled.json()["cancelled_at"] is not None
    assert await home.have() == [11, 55, 55]
    again = await desk.api.post(f"{home.place(made)}/cancel")
    assert (again.json(), again.headers["idempotent-replayed"]) == (cancelled.json(), "true")
    assert (await desk.api.get(f"/v1/points/{child}/burns/{name}")).json()["state"] == "cancelled"
    assert await desk.books_balance()


async def test_P10_what_was_used_meanwhile_cannot_be_given_back(desk: Desk):
    home = await family(desk, ("1.00", 0), ("50.00", 1))
    child, one = home.members
    made = await home.gather(child, 30)
    await desk.burn(child, 10)
    refused = await desk.api.post(f"{home.place(made)}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "points_insufficient")
    assert await home.have() == [21, 25]
    assert one in {part["member_id"] for part in made.json()["parts"]}


async def test_P9_what_is_given_back_to_who_has_gone_is_theirs_and_nobody_burns_it(desk: Desk):
    home = await family(desk, ("1.00", 0), ("50.00", 1))
    child, gone = home.members
    made = await home.gather(child, 30)
    await desk.hear(status_told(gone, "erased"))
    assert (await desk.api.post(f"{home.place(made)}/cancel")).status_code == 200
    assert await home.have() == [1, 55]
    assert [m["member_id"] for m in (await home.shown())["members"]] == [child]
    refused = [await desk.burn(gone, 1), await home.gather(gone, 1), await home.gather(child, 2)]
    codes = [answer.json()["code"] for answer in refused]
    assert codes == ["member_closed", "not_in_pool", "points_insufficient"]
    assert await desk.books_balance()


async def test_P10_who_leaves_keeps_what_is_theirs_and_gives_no_more(desk: Desk):
    home = await family(desk, ("10.00", 1), ("50.00", 1))
    one, other = home.members
    assert (await home.gather(one, 20)).status_code == 201
    left = await home.leave(other)
    assert [m["member_id"] for m in left.json()["members"]] == [one]
    assert await home.have() == [11 + 10, 55 - 10]
    refused = await home.gather(one, 22)
    numbers = {"code": "points_insufficient", "asked": 22, "available": 21}
    assert refused.json() | numbers == refused.json()
    foreign = await home.gather(other, 1)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not_in_pool")
    twice = await home.leave(other)
    assert (twice.status_code, twice.json()["code"]) == (404, "not_in_pool")
    assert (await home.share(other, 3)).status_code == 200
    changes = (await desk.api.get(f"/v1/pools/{home.pool_id}/changes?limit=2")).json()
    assert [(c["member_id"], c["share"]) for c in changes["items"]] == [(other, 3), (other, None)]
    query = f"limit=2&cursor={changes['next_cursor']}"
    rest = (await desk.api.get(f"/v1/pools/{home.pool_id}/changes?{query}")).json()
    assert [c["revision"] for c in rest["items"]] == [2, 1]


async def test_P10_a_member_shares_one_pool_and_a_pool_has_so_many(desk: Desk):
    home, other_home = await family(desk, ("1.00", 1)), await family(desk, ("1.00", 1))
    refused = await other_home.share(home.members[0], 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "in_another_pool")
    opened = await open_pool(desk, {home.members[0]: 1})
    assert (opened.status_code, opened.json()["code"]) == (409, "in_another_pool")
    await offer_pools(desk, members_max=2)
    more = [await desk.enroll() for _ in range(2)]
    assert (await home.share(more[0], 1)).status_code == 200
    full = await home.share(more[1], 1)
    numbers = {"code": "pool_full", "members_max": 2}
    assert full.json() | numbers == full.json()
    again = await home.share(more[0], 1)
    assert again.json()["revision"] == 2


async def test_P10_limits_are_of_what_others_bear_in_a_day(desk: Desk):
    home = await family(desk, ("100.00", 0), ("100.00", 1))
    one, _ = home.members
    await offer_pools(desk, daily_points=50, daily_count=2, step_up_above=30)
    refused = await home.gather(one, 31)
    assert refused.json() | {"code": "step_up_required", "above": 30} == refused.json()
    assert (await home.gather(one, 31, step_up="otp:1")).status_code == 201
    refused = await home.gather(one, 20)
    numbers = {"code": "transfer_limit_reached", "limit": "daily_points", "left": 19}
    assert refused.json() | numbers == refused.json()
    assert (await home.gather(one, 1)).status_code == 201
    assert (await home.gather(one, 1)).json()["limit"] == "daily_count"
    desk.at(START + timedelta(hours=16))
    assert (await home.gather(one, 1)).status_code == 201


@pytest.mark.parametrize("status", ["suspended", "banned"])
async def test_M9_who_may_not_burn_gives_nothing_and_gathers_nothing(desk: Desk, status: str):
    home = await family(desk, ("10.00", 1), ("50.00", 1))
    one, other = home.members
    await desk.hear(status_told(other, status))
    shown = await home.shown()
    assert [(m["is_active"], m["available"]) for m in shown["members"]] == [(True, 11), (False, 0)]
    assert (await home.gather(one, 12)).json()["available"] == 11
    refused = await home.gather(other, 1)
    assert (refused.status_code, refused.json()["code"]) == (409, f"member_{status}")
    assert (await home.share(await desk.enroll(), 1)).status_code == 200


@pytest.mark.parametrize("status", ["closed", "merged", "erased"])
async def test_M9_who_has_gone_shares_no_pool(desk: Desk, status: str):
    home = await family(desk, ("10.00", 1), ("50.00", 1))
    one, other = home.members
    await desk.hear(status_told(other, status, 2), status_told(other, "active", 1))
    assert [m["member_id"] for m in (await home.shown())["members"]] == [one]
    changes = (await desk.api.get(f"/v1/pools/{home.pool_id}/changes")).json()["items"]
    assert (changes[0]["member_id"], changes[0]["share"]) == (other, None)
    refused = await home.share(other, 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "member_closed")


async def test_P14_what_is_gathered_pays_the_deficit_of_who_gathers_first(desk: Desk):
    home = await family(desk, ("1.00", 0), ("50.00", 1))
    member, _ = home.members
    bought = of(member, purchase(f"{member}-gone", START, "10.00"))
    await desk.hear(bought)
    await desk.burn(member, 12)
    await desk.hear(back(bought, f"{member}-back", START + timedelta(minutes=1), ("1", 1)))
    assert (await home.gather(member, 30)).status_code == 201
    account = await desk.account(member)
    assert (account["available"], account["deficit"]) == (30 - 11, 0)
    assert await desk.books_balance()


async def test_I1_the_auditor_finds_nothing_in_what_was_gathered_and_given_back(desk: Desk):
    home = await family(desk, ("10.00", 1), ("50.00", 2), ("70.00", 1))
    kept = await home.gather(home.members[0], 30)
    given_back = await home.gather(home.members[0], 12)
    burned = await home.gather(home.members[0], 40, purpose="toy")
    assert (await desk.api.post(f"{home.place(given_back)}/cancel")).status_code == 200
    assert (await desk.api.post(f"{home.place(burned)}/cancel")).status_code == 200
    assert kept.status_code == 201
    assert await audited(desk) == []
    assert await desk.books_balance()


async def test_P12_what_is_gathered_leaves_each_months_liability_as_it_was(desk: Desk):
    home = await family(desk, ("10.00", 1), ("50.00", 2))
    before = (await desk.api.get("/v1/points:liability?by=month")).json()["point_types"]
    assert (await home.gather(home.members[0], 30)).status_code == 201
    assert (await desk.api.get("/v1/points:liability?by=month")).json()["point_types"] == before


async def test_refusals_of_pools(desk: Desk):
    home = await family(desk, ("10.00", 1))
    (one,) = home.members
    before = await desk.stage.counts()
    unknown = await home.share(str(uuid4()), 1)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "member_not_found")
    for method, door in (
        ("GET", f"/v1/pools/{uuid4()}"),
        ("GET", f"/v1/pools/{uuid4()}/changes"),
        ("DELETE", f"/v1/pools/{uuid4()}/members/{one}"),
    ):
        missing = await desk.api.request(method, door)
        assert (missing.status_code, missing.json()["code"]) == (404, "pool_not_found")
    growth = await home.gather(one, 1, point_type="growth")
    assert growth.json()["code"] == "point_type_not_burnable"
    place = f"/v1/pools/{home.pool_id}/members/{one}/gatherings/{uuid4()}"
    for unseen in (await desk.api.get(place), await desk.api.post(f"{place}/cancel")):
        assert (unseen.status_code, unseen.json()["code"]) == (404, "gathering_not_found")
    for share in (-1, 1_001, "1", 1.5, None):
        wrong = await home.share(one, share)
        assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "/share")
    twice = {"members": [{"member_id": one}, {"member_id": one}], "pool_id": str(uuid4())}
    refused = await desk.api.post("/v1/pools", json=twice)
    assert refused.json()["errors"][0]["code"] == "duplicate"
    assert await desk.stage.counts() == before
    await offer(desk)
    opened = await open_pool(desk, {await desk.enroll(): 1})
    assert (opened.status_code, opened.json()["code"]) == (409, "pools_not_offered")
    for answer in (await home.gather(one, 1), await home.share(one, 2)):
        assert answer.json()["code"] == "pools_not_offered"


async def test_I19_another_channels_gathering_is_unseen(desk: Desk):
    home = await family(desk, ("10.00", 1), ("50.00", 1))
    made = await home.gather(home.members[0], 10)
    async with desk.stage.client("points:redeem", "points:read", source="app") as other:
        unseen = await other.get(home.place(made))
        assert (unseen.status_code, unseen.json()["code"]) == (404, "gathering_not_found")
        refused = await other.post(f"{home.place(made)}/cancel")
        assert (refused.status_code, refused.json()["code"]) == (404, "gathering_not_found")
    async with desk.stage.client("points:read", source="staff") as reader:
        assert (await reader.get(home.place(made))).json() == made.json()
        assert (await reader.delete(f"/v1/pools/{home.pool_id}/members/x")).status_code == 403


async def test_I19_no_channel_sees_whose_key_changed_a_pool(desk: Desk):
    home = await family(desk, ("10.00", 1))
    place = f"/v1/pools/{home.pool_id}/changes"
    async with desk.stage.client("points:redeem", "points:read", source="till") as own:
        assert [c["changed_by"] for c in (await own.get(place)).json()["items"]] == [None]
    async with desk.stage.client("points:read", source="staff") as reader:
        (seen,) = (await reader.get(place)).json()["items"]
    assert seen["changed_by"].startswith("key:")
