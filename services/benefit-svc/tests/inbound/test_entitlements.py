"""The doors of entitlements: seen and used."""

import pytest


@pytest.fixture
def granted(shop, offer, told, local, member):
    """A member with one entitlement; answers its id."""

    async def grant(**options):
        tier = f"tier-{member}"
        await offer(tiers=[tier], terms={"price_rate": "0.95"}, **options)
        shop.at(local(3, 10))
        spans = (tier, 1, local(3, 5)), ("regular", 2, local(5, 1))
        await shop.deliver(told(member, 1, *spans))
        (row,) = await shop.rows("SELECT * FROM entitlement WHERE member_id = :m", m=member)
        return row.entitlement_id

    return grant


def key(name):
    return {"Idempotency-Key": f"use-{name}"}


async def test_a_member_s_entitlements_are_shown_as_they_stand_now(
    shop, api, granted, member, local
):
    entitlement_id = await granted(uses_max=2)
    (item,) = (await api.get(f"/v1/entitlements/{member}")).json()["items"]
    assert item["entitlement_id"] == entitlement_id
    assert (item["state"], item["used"], item["uses_max"]) == ("granted", 0, 2)
    assert (item["valid_from"], item["valid_to"]) == (
        "2026-03-04T16:00:00Z",
        "2026-04-30T16:00:00Z",
    )
    assert (item["class"], item["terms"]) == ("basic", {"price_rate": "0.95"})
    shop.at(local(5, 1))
    (item,) = (await api.get(f"/v1/entitlements/{member}")).json()["items"]
    assert item["state"] == "expired"


async def test_E5_an_entitlement_says_why(shop, api, granted, member, told, local):
    entitlement_id = await granted()
    path = f"/v1/entitlements/{member}/{entitlement_id}/why"
    reasons = (await api.get(path)).json()
    assert reasons["entitlement"]["state"] == "granted"
    assert (reasons["benefit"]["version"], reasons["benefit"]["cycle"]) == (1, "tier_stay")
    tier = f"tier-{member}"
    found = [(one["tier"], one["seq"], one["verdict"]) for one in reasons["considered"]]
    assert found == [(tier, 1, "counts"), ("regular", 1, "other_tier")]
    await shop.deliver(told(member, 2, ("regular", 1, local(3, 1))))
    reasons = (await api.get(path)).json()
    assert reasons["entitlement"]["state"] == "revoked"
    assert [one["verdict"] for one in reasons["considered"]] == ["other_tier"]
    nothing = await api.get(f"/v1/entitlements/{member}/nothing/why")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "entitlement_not_found")


async def test_a_use_is_counted_once_a_key(shop, api, granted, member):
    entitlement_id = await granted(uses_max=1)
    path = f"/v1/entitlements/{member}/{entitlement_id}/use"
    first = await api.post(path, json={"store_id": "s1"}, headers=key(member))
    again = await api.post(path, json={"store_id": "s1"}, headers=key(member))
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert (first.json()["state"], first.json()["used"]) == ("used", 1)
    other = await api.post(path, json={"store_id": "s2"}, headers=key(member))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    more = await api.post(path, json={"store_id": "s1"}, headers=key(f"{member}-more"))
    assert (more.status_code, more.json()["code"]) == (409, "entitlement_used_up")
    assert (more.json()["limit"], more.json()["used"]) == (1, 1)


async def test_what_is_over_cannot_be_used(shop, api, granted, member, local):
    entitlement_id = await granted()
    shop.at(local(5, 1))
    path = f"/v1/entitlements/{member}/{entitlement_id}/use"
    answer = await api.post(path, json={"store_id": "s1"}, headers=key(member))
    assert (answer.status_code, answer.json()["code"]) == (409, "entitlement_not_usable")
    assert answer.json()["state"] == "expired"


@pytest.mark.parametrize(
    ("ask", "told_so"),
    [
        pytest.param(
            ("nobody/x/use", {"store_id": "s"}, key("no-member")),
            (404, "member_not_found"),
            id="no such member",
        ),
        pytest.param(
            ("KNOWN/x/use", {"store_id": "s"}, key("no-entitlement")),
            (404, "entitlement_not_found"),
            id="no such entitlement",
        ),
        pytest.param(
            ("KNOWN/x/use", {"store_id": "s"}, {}), (400, "idempotency_key_required"), id="no key"
        ),
        pytest.param(("KNOWN/x/use", {}, key("no-store")), (422, "invalid"), id="no store"),
        pytest.param(
            ("KNOWN/x/use", {"store_id": "s s"}, key("bad-store")), (422, "invalid"), id="bad store"
        ),
    ],
)
async def test_a_use_that_is_refused_leaves_no_row(shop, api, granted, member, ask, told_so):
    await granted()
    before = await shop.counts()
    path, body, headers = ask
    path = f"/v1/entitlements/{path.replace('KNOWN', member)}"
    answer = await api.post(path, json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == told_so
    assert await shop.counts() == before


async def test_a_member_nobody_told_of_is_not_found(shop, api):
    answer = await api.get("/v1/entitlements/nobody")
    assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")


async def test_a_member_without_entitlements_has_an_empty_list(shop, api, told, local, member):
    await shop.deliver(told(member, 1, ("nothing-special", 1, local(3, 1))))
    assert (await api.get(f"/v1/entitlements/{member}")).json() == {
        "items": [],
        "next_cursor": None,
    }


async def test_a_use_needs_its_scope(shop, granted, member):
    entitlement_id = await granted()
    async with shop.client("benefit:read") as reader:
        answer = await reader.post(
            f"/v1/entitlements/{member}/{entitlement_id}/use",
            json={"store_id": "s"},
            headers=key(f"{member}-scope"),
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
