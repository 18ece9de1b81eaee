"""What members are told of their tiers becomes entitlements, once (B2)."""

import asyncio
import itertools

import pytest

from benefit_svc.domain.refusals import EntitlementNotUsable, EntitlementUsedUp, MemberNotFound
from benefit_svc.handlers.use_entitlement import UseEntitlement, use_entitlement
from contracts.events.benefits import (
    EntitlementExpired,
    EntitlementGranted,
    EntitlementRevoked,
    EntitlementUsed,
)
from contracts.ids import EntitlementId


async def held(stage, member):
    rows = await stage.rows(
        "SELECT * FROM entitlement WHERE member_id = :m ORDER BY benefit_id, cycle", m=member
    )
    return [(row.benefit_id, row.cycle, row.state) for row in rows]


async def said(stage, member):
    return [type(event).__name__ for event in await stage.said() if event.member_id == member]


async def only_id(stage, member):
    (row,) = await stage.rows(
        "SELECT entitlement_id FROM entitlement WHERE member_id = :m", m=member
    )
    return EntitlementId(row.entitlement_id)


async def use(stage, member, entitlement_id):
    async with stage.begin() as tx:
        return await use_entitlement(tx, UseEntitlement(member, entitlement_id, "store-1", "till"))


async def test_B2_a_tier_grants_once_whatever_is_redelivered(shop, offer, told, local, member):
    lounge = await offer(tiers=["vip"])
    shop.at(local(3, 10))
    change = told(member, 1, ("vip", 1, local(3, 5)))
    await shop.deliver(change)
    before = await shop.counts()
    await shop.deliver(change)
    await shop.deliver(change, change)
    assert await shop.counts() == before
    assert (lounge, "vip.1", "granted") in await held(shop, member)
    assert await said(shop, member) == ["EntitlementGranted"]


async def test_B2_what_is_projected_is_granted_at_its_instant_by_the_due_job(
    shop, offer, told, local, member
):
    tier = "silver-ahead"
    await offer(tiers=[tier])
    shop.at(local(3, 10))
    await shop.deliver(told(member, 1, ("regular", 1, local(3, 1)), (tier, 1, local(4, 1))))
    assert await held(shop, member) == []
    assert await shop.run_job("settle_due") == 0
    shop.at(local(4, 1))
    assert await shop.run_job("settle_due") == 1
    assert [state for _, _, state in await held(shop, member)] == ["granted"]
    assert await shop.run_job("settle_due") == 0


async def test_B2_truth_moves_revoked_granted_again_and_used_is_kept(
    shop, offer, told, local, member
):
    tier = "gold-moving"
    await offer(tiers=[tier], uses_max=1)
    shop.at(local(3, 10))
    gold = ((tier, 1, local(3, 5)),)
    never = (("regular", 1, local(3, 5)),)
    await shop.deliver(told(member, 1, *gold))
    await shop.deliver(told(member, 2, *never))
    assert [state for _, _, state in await held(shop, member)] == ["revoked"]
    await shop.deliver(told(member, 3, *gold))
    await use(shop, member, await only_id(shop, member))
    await shop.deliver(told(member, 4, *never))
    (row,) = await shop.rows("SELECT * FROM entitlement WHERE member_id = :m", m=member)
    assert (row.state, row.used, row.is_justified, row.grants) == ("granted", 1, False, 2)
    assert await said(shop, member) == [
        "EntitlementGranted",
        "EntitlementRevoked",
        "EntitlementGranted",
        "EntitlementUsed",
    ]
    granted = [e for e in await shop.said() if isinstance(e, EntitlementGranted)]
    assert len({event.event_id for event in granted}) == len(granted)


async def test_B2_every_order_of_messages_ends_alike(shop, offer, told, local, member):
    tier = "gold-orders"
    await offer(tiers=[tier], cycle="calendar_month")
    shop.at(local(6, 15))
    spans = [
        [("regular", 1, local(1, 1)), (tier, 1, local(2, 3)), ("regular", 2, local(3, 20))],
        [("regular", 1, local(2, 10)), (tier, 1, local(5, 1))],
        [(tier, 1, local(2, 20)), ("regular", 2, local(4, 2)), (tier, 2, local(6, 1))],
    ]
    ends = set()
    for n, order in enumerate(itertools.permutations(range(3))):
        one = f"{member}-{n}"
        for seq in order:
            await shop.deliver(told(one, seq + 1, *spans[seq]))
        rows = await held(shop, one)
        ends.add(tuple((cycle, state) for _, cycle, state in rows if state != "revoked"))
    assert ends == {
        (
            ("2026-02", "expired"),
            ("2026-03", "expired"),
            ("2026-04", "expired"),
            ("2026-06", "granted"),
        )
    }


async def test_two_batches_of_one_member_at_a_time_end_in_the_newer_truth(
    shop, offer, told, local, member
):
    tier = "gold-racing"
    await offer(tiers=[tier])
    shop.at(local(3, 10))
    older = told(member, 1, ("regular", 1, local(3, 1)))
    newer = told(member, 2, (tier, 1, local(3, 5)))
    await asyncio.gather(*(shop.deliver(each) for each in (older, newer, older, newer)))
    assert [state for _, _, state in await held(shop, member)] == ["granted"]
    assert (await said(shop, member)).count("EntitlementGranted") == 1


async def test_the_expiry_job_tells_each_end_once(shop, offer, told, local, member):
    tier = "silver-ending"
    await offer(tiers=[tier])
    shop.at(local(3, 10))
    await shop.deliver(told(member, 1, (tier, 1, local(3, 5)), ("regular", 2, local(5, 1))))
    shop.at(local(5, 1))
    await asyncio.gather(shop.run_job("settle_due"), shop.run_job("settle_due"))
    await shop.run_job("settle_due")
    assert await said(shop, member) == ["EntitlementGranted", "EntitlementExpired"]
    (ended,) = [
        e for e in await shop.said() if isinstance(e, EntitlementExpired) and e.member_id == member
    ]
    assert (ended.occurred_at, ended.recorded_at) == (local(5, 1), local(5, 1))


async def test_a_benefit_published_later_reaches_members_by_the_job(
    shop, offer, told, local, member
):
    shop.at(local(3, 10))
    await shop.run_job("settle_outdated")
    await shop.deliver(told(member, 1, ("gold-late", 1, local(3, 5))))
    assert await held(shop, member) == []
    await offer(tiers=["gold-late"])
    assert await shop.run_job("settle_outdated") > 0
    assert [state for _, _, state in await held(shop, member)] == ["granted"]
    assert await shop.run_job("settle_outdated") == 0


async def test_a_version_from_which_a_tier_is_missing_ends_its_rights(
    shop, offer, told, local, member
):
    shop.at(local(3, 10))
    benefit = await offer(tiers=["gold-dropped"])
    await shop.deliver(told(member, 1, ("gold-dropped", 1, local(3, 5))))
    await offer(benefit_id=benefit, tiers=["other"], effective_from=local(4, 1))
    await shop.run_job("settle_outdated")
    shop.at(local(4, 1))
    await shop.run_job("settle_due")
    assert await said(shop, member) == ["EntitlementGranted", "EntitlementExpired"]


async def test_a_use_is_judged_by_what_is_true_at_its_instant(shop, offer, told, local, member):
    tier = "gold-used"
    await offer(tiers=[tier], uses_max=2)
    shop.at(local(3, 10))
    await shop.deliver(
        told(member, 1, ("regular", 1, local(3, 1)), (tier, 1, local(4, 1)), ("x", 1, local(5, 1)))
    )
    shop.at(local(4, 2))
    await shop.run_job("settle_due")
    entitlement_id = await only_id(shop, member)
    used = await use(shop, member, entitlement_id)
    assert used.used == 1
    shop.at(local(5, 1))
    with pytest.raises(EntitlementNotUsable) as refused:
        await use(shop, member, entitlement_id)
    assert refused.value.numbers == {"state": "expired"}


async def test_what_has_begun_can_be_used_though_no_job_has_run(shop, offer, told, local, member):
    tier = "gold-begun"
    await offer(tiers=[tier], cycle="once")
    shop.at(local(3, 10))
    await shop.deliver(told(member, 1, (tier, 1, local(3, 1)), ("x", 1, local(3, 5))))
    entitlement_id = await only_id(shop, member)
    again = told(member, 2, ("x", 1, local(3, 6)), (tier, 2, local(3, 20)))
    await shop.deliver(again)
    with pytest.raises(EntitlementNotUsable):
        await use(shop, member, entitlement_id)
    shop.at(local(3, 20))
    assert (await use(shop, member, entitlement_id)).used == 1


async def test_no_more_uses_than_the_limit_at_any_concurrency(shop, offer, told, local, member):
    tier = "gold-limit"
    await offer(tiers=[tier], uses_max=3)
    shop.at(local(3, 10))
    await shop.deliver(told(member, 1, (tier, 1, local(3, 5))))
    entitlement_id = await only_id(shop, member)
    answers = await asyncio.gather(
        *(use(shop, member, entitlement_id) for _ in range(10)), return_exceptions=True
    )
    refused = [a for a in answers if isinstance(a, EntitlementUsedUp)]
    assert len(refused) == 7
    assert refused[0].numbers == {"limit": 3, "used": 3}
    uses = [
        e for e in await shop.said() if isinstance(e, EntitlementUsed) and e.member_id == member
    ]
    assert sorted(event.used for event in uses) == [1, 2, 3]


async def test_nobody_uses_what_an_unknown_member_has(shop, member):
    with pytest.raises(MemberNotFound):
        await use(shop, member, EntitlementId("nothing"))


async def test_B2_revoked_says_so_once(shop, offer, told, local, member):
    tier = "gold-erased"
    await offer(tiers=[tier])
    shop.at(local(3, 10))
    await shop.deliver(told(member, 1, (tier, 1, local(3, 5))))
    gone = told(member, 2, ("regular", 1, local(3, 1)))
    await shop.deliver(gone)
    await shop.deliver(gone)
    revoked = [
        e for e in await shop.said() if isinstance(e, EntitlementRevoked) and e.member_id == member
    ]
    assert len(revoked) == 1
