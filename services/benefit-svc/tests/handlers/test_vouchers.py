"""A voucher is used exactly once (B5)."""

import asyncio
from datetime import timedelta

import pytest

from benefit_svc.domain.periods import Span
from benefit_svc.domain.redemptions import Asked, redemption_id_of
from benefit_svc.domain.refusals import (
    RedemptionNotCancellable,
    RedemptionNotFound,
    VoucherNotUsable,
)
from benefit_svc.domain.vouchers import VoucherKey, code_of
from benefit_svc.handlers.begin_cancel import BeginCancel, begin_cancel
from benefit_svc.handlers.check_voucher import check_voucher
from benefit_svc.handlers.decide_redemption import DecideRedemption, decide_redemption
from benefit_svc.handlers.end_cancel import end_cancel
from benefit_svc.handlers.fulfil_redemption import fulfil_redemption
from benefit_svc.handlers.use_voucher import UseVoucher, use_voucher
from benefit_svc.handlers.void_voucher import void_voucher
from chassis.testing.stage import SECRETS
from contracts.events.benefits import VoucherUsed

KEY = VoucherKey(SECRETS["voucher"])


@pytest.fixture
def issued(shop, reward, member):
    """Redeem one unit, as if its points were burned; answers the redemption and the code."""

    async def issue(reward_id=None, **options):
        reward_id = reward_id or await reward(**options)
        key = f"key-{member}-{reward_id}"
        asked = Asked("till", key)
        ask = DecideRedemption(redemption_id_of("till", key), member, reward_id, 1, asked)
        async with shop.begin() as tx:
            decided = await decide_redemption(tx, ask)
        async with shop.begin() as tx:
            ended = await fulfil_redemption(tx, decided)
        return ended, code_of(KEY, ended.voucher_id)

    return issue


async def use(stage, code):
    async with stage.begin() as tx:
        return await use_voucher(tx, UseVoucher(code, "store-1", "till"))


async def cancel(stage, redemption, source="till"):
    async with stage.begin() as tx:
        ask = BeginCancel(redemption.redemption_id, source, "cancel-key", "requested")
        return await begin_cancel(tx, ask)


async def test_B5_used_exactly_once_under_concurrency(shop, issued, member):
    _, code = await issued()
    answers = await asyncio.gather(*(use(shop, code) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(answer, VoucherNotUsable) for answer in answers) == 19
    said = [e for e in await shop.said() if isinstance(e, VoucherUsed) and e.member_id == member]
    assert [event.store_id for event in said] == ["store-1"]


async def test_B5_the_code_is_written_nowhere(shop, issued, member):
    _, code = await issued()
    plain = code.replace("-", "")
    rows = [
        *await shop.rows("SELECT row_to_json(voucher)::text AS row FROM voucher"),
        *await shop.rows("SELECT row_to_json(voucher_code)::text AS row FROM voucher_code"),
        *await shop.rows("SELECT encode(records, 'escape') AS row FROM outbox"),
    ]
    assert rows
    assert not [row for row in rows if code in row.row or plain in row.row]


async def test_a_check_changes_nothing(shop, issued):
    _, code = await issued()
    before = await shop.counts()
    async with shop.begin() as tx:
        assert (await check_voucher(tx, code.lower())).state == "issued"
    assert await shop.counts() == before
    assert (await use(shop, code)).state == "used"


async def test_a_voucher_lives_until_its_last_day_is_over(shop, issued, member, local):
    shop.at(local(3, 6, 15))
    ended, code = await issued(voucher_valid=Span("days", 30))
    shop.at(local(4, 6) - timedelta(microseconds=1))
    async with shop.begin() as tx:
        assert (await check_voucher(tx, code)).voucher_id == ended.voucher_id
    shop.at(local(4, 6))
    with pytest.raises(VoucherNotUsable):
        await use(shop, code)
    jobs = await asyncio.gather(shop.run_job("expire_vouchers"), shop.run_job("expire_vouchers"))
    assert sum(jobs) == 1
    names = [type(e).__name__ for e in await shop.said() if e.member_id == member]
    assert names == ["VoucherIssued", "RedemptionFulfilled", "VoucherExpired"]
    with pytest.raises(RedemptionNotCancellable) as refused:
        await cancel(shop, ended)
    assert refused.value.numbers == {"state": "voucher_expired"}


async def test_a_used_voucher_s_redemption_cannot_be_cancelled(shop, issued):
    ended, code = await issued()
    await use(shop, code)
    with pytest.raises(RedemptionNotCancellable) as refused:
        await cancel(shop, ended)
    assert refused.value.numbers == {"state": "voucher_used"}


async def test_used_or_cancelled_never_both(shop, issued):
    ended, code = await issued()
    answers = await asyncio.gather(use(shop, code), cancel(shop, ended), return_exceptions=True)
    assert sum(isinstance(answer, Exception) for answer in answers) == 1


async def test_a_cancelled_one_s_voucher_is_worthless_before_the_points_are_back(
    shop, issued, reward, member
):
    tote = await reward(stock=1)
    ended, code = await issued(reward_id=tote)
    begun = await cancel(shop, ended)
    assert begun.stands == "cancelling"
    with pytest.raises(VoucherNotUsable):
        await use(shop, code)
    for expected in (True, False):
        async with shop.begin() as tx:
            assert bool(await end_cancel(tx, begun)) is expected
    (row,) = await shop.rows("SELECT * FROM reward_stock WHERE reward_id = :r", r=tote)
    assert (row.loaded, row.remaining) == (1, 1)
    names = [type(e).__name__ for e in await shop.said() if e.member_id == member]
    assert names[2:] == ["VoucherVoided", "RedemptionCancelled"]


async def test_another_channel_s_redemption_is_not_found(shop, issued):
    ended, _ = await issued()
    with pytest.raises(RedemptionNotFound):
        await cancel(shop, ended, source="web")


async def test_a_voided_voucher_is_worthless_and_its_points_stay_burned(shop, issued):
    ended, code = await issued()
    async with shop.begin() as tx:
        assert (await void_voucher(tx, ended.voucher_id, "fraud")).state == "voided"
    with pytest.raises(VoucherNotUsable):
        await use(shop, code)
    with pytest.raises(RedemptionNotCancellable):
        await cancel(shop, ended)
