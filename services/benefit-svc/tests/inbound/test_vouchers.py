"""The doors of vouchers: whoever guesses learns nothing, whoever uses does it once (B5)."""

import asyncio

import pytest

from benefit_svc.domain.redemptions import Asked, redemption_id_of
from benefit_svc.domain.vouchers import VoucherKey, code_of
from benefit_svc.handlers.decide_redemption import DecideRedemption, decide_redemption
from benefit_svc.handlers.fulfil_redemption import fulfil_redemption
from chassis.testing.stage import SECRETS

WORDS = "买错了, the customer chose the blue one"


def key(name):
    return {"Idempotency-Key": f"voucher-{name}"}


@pytest.fixture
def issued(shop, reward, member):
    """One voucher, as if its points were burned; answers its id and code."""

    async def issue():
        asked = Asked("till", f"key-{member}")
        redemption_id = redemption_id_of("till", asked.key)
        ask = DecideRedemption(redemption_id, member, await reward(), 1, asked)
        async with shop.begin() as tx:
            decided = await decide_redemption(tx, ask)
        async with shop.begin() as tx:
            ended = await fulfil_redemption(tx, decided)
        return ended.voucher_id, code_of(VoucherKey(SECRETS["voucher"]), ended.voucher_id)

    return issue


async def test_B5_checked_used_and_then_no_more(shop, api, issued, member):
    voucher_id, code = await issued()
    body = {"code": code, "store_id": "s1"}
    checked = await api.post("/v1/vouchers/check", json=body)
    assert (checked.status_code, checked.json()["state"]) == (200, "issued")
    assert (checked.json()["voucher_id"], checked.json()["member_id"]) == (voucher_id, member)
    used = await api.post("/v1/vouchers/use", json=body, headers=key(member))
    again = await api.post("/v1/vouchers/use", json=body, headers=key(member))
    assert (used.status_code, used.json()["state"]) == (200, "used")
    assert (again.status_code, again.json()) == (200, used.json())
    late = await api.post("/v1/vouchers/use", json=body, headers=key(f"{member}-late"))
    assert (late.status_code, late.json()["code"]) == (409, "voucher_not_usable")
    assert code not in checked.text + used.text


async def test_B5_used_at_one_till_alone(shop, api, issued, member):
    _, code = await issued()
    answers = await asyncio.gather(
        *(
            api.post(
                "/v1/vouchers/use",
                json={"code": code, "store_id": f"s{n}"},
                headers=key(f"{member}-{n}"),
            )
            for n in range(10)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 9]


def frame(answer):
    return {name: value for name, value in answer.json().items() if name != "request_id"}


@pytest.mark.parametrize("door", ["check", "use"])
async def test_B5_whoever_guesses_is_answered_alike(shop, api, issued, member, door):
    voided_id, voided = await issued()
    await api.post(
        f"/v1/vouchers/{voided_id}/void", json={"reason": "fraud"}, headers=key(f"{member}-void")
    )
    other = code_of(VoucherKey(b"x" * 32), voided_id)
    mistyped = voided[:-1] + ("0" if voided[-1] != "0" else "1")
    answers = [
        await api.post(
            f"/v1/vouchers/{door}",
            json={"code": guess, "store_id": "s1"},
            headers=key(f"{member}-{door}-{n}"),
        )
        for n, guess in enumerate([voided, other, mistyped, "x", "成长值", "0" * 64])
    ]
    assert {answer.status_code for answer in answers} == {409}
    first = frame(answers[0])
    assert first["code"] == "voucher_not_usable"
    assert all(frame(answer) == first for answer in answers)


async def test_a_voucher_is_voided_once(shop, api, issued, member):
    voucher_id, _ = await issued()
    path = f"/v1/vouchers/{voucher_id}/void"
    voided = await api.post(path, json={"reason": WORDS}, headers=key(member))
    assert (voided.status_code, voided.json()["state"]) == (200, "voided")
    again = await api.post(path, json={"reason": WORDS}, headers=key(f"{member}-2"))
    assert (again.status_code, again.json()["code"]) == (409, "voucher_not_voidable")
    assert again.json()["state"] == "voided"
    nothing = await api.post(
        "/v1/vouchers/nothing/void", json={"reason": "fraud"}, headers=key(f"{member}-3")
    )
    assert (nothing.status_code, nothing.json()["code"]) == (404, "voucher_not_found")


async def test_why_a_voucher_was_voided_is_kept_and_said_to_nobody(shop, api, issued, member):
    voucher_id, _ = await issued()
    path = f"/v1/vouchers/{voucher_id}/void"
    for bad in ("", "  ", "x" * 201, "a\u202eb", None):
        refused = await api.post(path, json={"reason": bad}, headers=key(f"{member}-bad"))
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    voided = await api.post(path, json={"reason": WORDS}, headers=key(member))
    assert voided.status_code == 200
    rows = await shop.rows("SELECT reason FROM voucher WHERE voucher_id = :v", v=voucher_id)
    assert [row.reason for row in rows] == [WORDS]
    said = [e for e in await shop.said() if e.member_id == member]
    assert said[-1].reason == "asked"
    assert WORDS not in repr(said)


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        pytest.param({"code": "x", "store_id": "s"}, {}, 400, "idempotency_key_required", id="key"),
        pytest.param({"store_id": "s"}, key("a"), 422, "invalid", id="no code"),
        pytest.param({"code": "x" * 65, "store_id": "s"}, key("b"), 422, "invalid", id="too long"),
        pytest.param({"code": 1, "store_id": "s"}, key("c"), 422, "invalid", id="a number"),
        pytest.param({"code": "x", "store_id": ""}, key("d"), 422, "invalid", id="no store"),
    ],
)
async def test_a_bad_request_leaves_no_row(shop, api, body, headers, status, code):
    before = await shop.counts()
    answer = await api.post("/v1/vouchers/use", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await shop.counts() == before


async def test_a_till_may_use_and_not_void(shop, issued, member):
    voucher_id, _ = await issued()
    async with shop.client("voucher:use") as till:
        answer = await till.post(
            f"/v1/vouchers/{voucher_id}/void", json={"reason": "x"}, headers=key(f"{member}-v")
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
