"""What a purchase would change, before anybody pays (T6)."""

from typing import Any

import pytest


@pytest.fixture
async def member(hall, instant):
    """Two visits in March; the third makes silver."""
    hall.stage.at(instant("2026-03-20T12:00"))
    shop = hall.shop()
    await hall.hear(
        shop.enrolled(), *(shop.sold(day, f"2026-03-{day}T10:00", 10_000) for day in ("02", "03"))
    )
    return shop


BASKET: dict[str, Any] = {
    "source_ref": "s-1",
    "member": {"kind": "phone", "value": "x"},
    "store_id": "s1",
    "currency": "CNY",
    "lines": [
        {
            "line_id": "1",
            "sku": "a",
            "category": "tea",
            "quantity": 2,
            "amount_minor": 1_000_000,
            "discount_minor": 1_000,
        }
    ],
}


async def ask(api, shop, **body):
    answer = await api.post(f"/v1/standings/{shop.member}/preview", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_T6_a_preview_says_what_a_purchase_would_change_and_changes_nothing(
    hall, api, member
):
    rows = await hall.stage.counts()
    path = f"/v1/standings/{member.member}"
    before = (await api.get(path)).json()
    found = await ask(api, member, **BASKET, points={"growth": 9_990})
    assert (found["before"]["tier"], found["after"]["tier"]) == ("regular", "gold")
    assert found["after"]["since"] == found["differs_from"] == "2026-03-20T04:00:00Z"
    assert found["after"]["until"] == "2027-03-20T04:00:00Z"
    assert found["after"]["next"]["tier"] == "vip"
    assert found["before"]["next"] == before["next"]
    assert (await api.get(path)).json() == before
    assert await hall.stage.counts() == rows


async def test_T6_a_preview_reads_as_the_purchase_does_once_it_is_heard(hall, api, member, instant):
    found = await ask(api, member, **BASKET, points={"growth": 9_990})
    purchase = member.bought("P", "2026-03-20T12:00", 999_000)
    await hall.hear([purchase, member.accrued(purchase)])
    now = (await api.get(f"/v1/standings/{member.member}")).json()
    assert {name: now[name] for name in found["after"]} == found["after"]


async def test_T6_bare_figures_do_as_well_at_any_instant(api, member):
    one = await ask(api, member, visits=1, occurred_at="2026-03-25T04:00:00Z")
    assert (one["after"]["tier"], one["after"]["since"]) == ("silver", "2026-03-25T04:00:00Z")
    april = await ask(api, member, visits=3, occurred_at="2026-04-05T04:00:00Z")
    assert (april["after"]["tier"], april["after"]["until"]) == ("silver", "2026-05-31T16:00:00Z")
    spend = await ask(api, member, spend_minor=10_000_000)
    assert (spend["after"]["tier"], spend["after"]["until"]) == ("vip", None)
    nothing = await ask(api, member)
    assert (nothing["before"], nothing["differs_from"]) == (nothing["after"], None)


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({**BASKET, "visits": 1}, "", "not_allowed"),
        ({"visits": -1}, "/visits", "out_of_range"),
        ({"visits": 101}, "/visits", "out_of_range"),
        ({"points": {"growth": -1}}, "/points/growth", "out_of_range"),
        ({"occurred_at": "1800-01-01T00:00:00Z"}, "/occurred_at", "out_of_range"),
        ({"spend": 1}, "/spend", "unknown_field"),
        (
            {"lines": [{**BASKET["lines"][0], "amount_minor": 1}]},
            "/lines/0",
            "out_of_range",
        ),
    ],
)
async def test_T6_what_cannot_be_supposed_is_refused(api, member, body, path, code):
    answer = await api.post(f"/v1/standings/{member.member}/preview", json=body)
    assert answer.status_code == 422
    assert {"path": path, "code": code} in answer.json()["errors"], answer.text


async def test_T6_nobody_has_no_preview(api, member):
    answer = await api.post("/v1/standings/nobody/preview", json={"visits": 1})
    assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")
