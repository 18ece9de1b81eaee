"""The doors of the catalog: benefits and rewards in versions."""

import pytest

TOTE = {"name": "Tote bag", "points": 500, "stock": 3}
LOUNGE = {
    "name": "Lounge",
    "class": "exclusive",
    "kind": "service",
    "eligibility": {"tiers": ["vip"]},
    "cycle": "tier_stay",
}


def codes(answer):
    return {error["path"]: error["code"] for error in answer.json()["errors"]}


async def test_a_benefit_is_published_once_and_shown(shop, api):
    body = {"benefit_id": "lounge", **LOUNGE, "terms": {"door": "2"}, "uses_max": 3}
    made = await api.post("/v1/benefits", json=body)
    assert made.status_code == 201
    assert made.json() == {
        **body,
        "version": 1,
        "effective_from": None,
        "valid_from": None,
        "valid_to": None,
    }
    again = await api.post("/v1/benefits", json=body)
    assert (again.status_code, again.json()) == (200, made.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    listed = (await api.get("/v1/benefits")).json()["items"]
    assert made.json() in listed


async def test_E4_a_later_version_takes_effect_at_its_publication_or_later(shop, api, local):
    shop.at(local(4, 1))
    await api.post("/v1/benefits", json={"benefit_id": "adviser", **LOUNGE})
    changed = {"benefit_id": "adviser", **LOUNGE, "name": "Adviser"}
    early = await api.post(
        "/v1/benefits", json={**changed, "effective_from": "2026-03-01T00:00:00+08:00"}
    )
    assert (early.status_code, early.json()["code"]) == (422, "effective_in_past")
    second = await api.post("/v1/benefits", json=changed)
    assert second.json()["version"] == 2
    assert second.json()["effective_from"] == "2026-03-31T16:00:00Z"
    third = await api.post("/v1/benefits", json={**changed, "name": "Advice"})
    assert (third.status_code, third.json()["code"]) == (409, "version_not_later")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        pytest.param({"kind": "multiplier"}, "/kind", id="a kind"),
        pytest.param(
            {"eligibility": {"tiers": ["vip"], "segments": ["loyal"]}},
            "/eligibility/segments",
            id="segments",
        ),
        pytest.param({"windows": [{"weekdays": ["mon"]}]}, "/windows", id="windows"),
        pytest.param({"quota": 5}, "/quota", id="a quota"),
        pytest.param({"budget": 5}, "/budget", id="a budget"),
    ],
)
async def test_what_is_not_built_is_refused_by_name(shop, api, change, path):
    before = await shop.counts()
    answer = await api.post("/v1/benefits", json={"benefit_id": "new", **LOUNGE, **change})
    assert answer.status_code == 422
    assert codes(answer) == {path: "not_built"}
    assert await shop.counts() == before


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        pytest.param({"class": "best"}, "/class", "not_allowed", id="no such class"),
        pytest.param({"kind": ["discount"]}, "/kind", "not_allowed", id="a list is no kind"),
        pytest.param({"eligibility": {"tiers": []}}, "/eligibility/tiers", "too_few", id="nobody"),
        pytest.param({"uses_max": 0}, "/uses_max", "out_of_range", id="no use at all"),
        pytest.param({"uses_max": True}, "/uses_max", "type", id="a boolean is no number"),
        pytest.param({"colour": "red"}, "/colour", "unknown_field", id="an unknown field"),
        pytest.param({"name": "a\u0000b"}, "/name", "forbidden_character", id="NUL"),
        pytest.param(
            {
                "valid_from": "2026-04-01T00:00:00Z",
                "valid_to": "2026-04-01T00:00:00Z",
            },
            "",
            "out_of_range",
            id="valid for no time",
        ),
    ],
)
async def test_an_invalid_benefit_leaves_no_row(shop, api, change, path, code):
    before = await shop.counts()
    answer = await api.post("/v1/benefits", json={"benefit_id": "new", **LOUNGE, **change})
    assert answer.status_code == 422
    assert codes(answer) == {path: code}
    assert await shop.counts() == before


async def test_a_reward_is_published_once_with_its_stock(shop, api):
    body = {"reward_id": "tote", **TOTE, "voucher_valid": {"months": 6}}
    made = await api.post("/v1/rewards", json=body)
    assert made.status_code == 201
    assert made.json() == {
        "reward_id": "tote",
        "version": 1,
        "effective_from": None,
        "name": "Tote bag",
        "points": 500,
        "stock_loaded": 3,
        "stock_left": 3,
        "member_limit": None,
        "voucher_valid": {"months": 6},
    }
    assert (await api.post("/v1/rewards", json=body)).status_code == 200
    restated = await api.post("/v1/rewards", json={**body, "stock": 4})
    assert (restated.status_code, restated.json()["code"]) == (409, "stock_is_loaded")


async def test_stock_is_loaded_once_a_key(shop, api):
    await api.post("/v1/rewards", json={"reward_id": "mug", **TOTE})
    key = {"Idempotency-Key": "load-mugs-1"}
    first = await api.post("/v1/rewards/mug/stock", json={"quantity": 7}, headers=key)
    again = await api.post("/v1/rewards/mug/stock", json={"quantity": 7}, headers=key)
    assert first.status_code == again.status_code == 200
    assert (
        first.json() == again.json() == {"reward_id": "mug", "stock_loaded": 10, "stock_left": 10}
    )
    other = await api.post("/v1/rewards/mug/stock", json={"quantity": 8}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    bare = await api.post("/v1/rewards/mug/stock", json={"quantity": 8})
    assert (bare.status_code, bare.json()["code"]) == (400, "idempotency_key_required")


async def test_there_is_no_stock_of_what_is_unlimited_or_unknown(shop, api):
    await api.post("/v1/rewards", json={"reward_id": "coffee", "name": "Coffee", "points": 120})
    for reward_id, code, status in (
        ("coffee", "stock_unlimited", 409),
        ("tea", "reward_not_found", 404),
    ):
        key = {"Idempotency-Key": f"load-{reward_id}"}
        answer = await api.post(f"/v1/rewards/{reward_id}/stock", json={"quantity": 1}, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        pytest.param({"points": 0}, "/points", "out_of_range", id="for nothing"),
        pytest.param({"points": 2**63}, "/points", "out_of_range", id="2 to the 63rd"),
        pytest.param({"points": 1.0}, "/points", "type", id="a float"),
        pytest.param({"stock": -1}, "/stock", "out_of_range", id="less than nothing"),
        pytest.param({"voucher_valid": {}}, "/voucher_valid", "out_of_range", id="no length"),
        pytest.param(
            {"voucher_valid": {"days": 1, "months": 1}},
            "/voucher_valid",
            "out_of_range",
            id="two lengths",
        ),
        pytest.param(
            {"member_limit": {"count": 1, "per": "week"}},
            "/member_limit/per",
            "not_allowed",
            id="no such period",
        ),
        pytest.param({"budget": 1}, "/budget", "not_built", id="not built"),
    ],
)
async def test_an_invalid_reward_leaves_no_row(shop, api, change, path, code):
    before = await shop.counts()
    answer = await api.post("/v1/rewards", json={"reward_id": "new", **TOTE, **change})
    assert answer.status_code == 422
    assert codes(answer) == {path: code}
    assert await shop.counts() == before


async def test_lists_go_on_behind_their_cursor(shop, api):
    for n in range(3):
        await api.post("/v1/rewards", json={"reward_id": f"page-{n}", **TOTE})
    seen, cursor = [], None
    for _ in range(20):
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await api.get("/v1/rewards", params=query)).json()
        seen += [item["reward_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert cursor is None
    assert seen == sorted(set(seen))
    assert {"page-0", "page-1", "page-2"} <= set(seen)


@pytest.mark.parametrize("path", ["/v1/benefits", "/v1/rewards"])
async def test_only_a_key_with_the_scope_publishes(shop, path):
    async with shop.client("benefit:read") as reader:
        answer = await reader.post(path, json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert (await reader.get(path)).status_code == 200
    async with shop.client("voucher:use") as other:
        assert (await other.get(path)).status_code == 403
