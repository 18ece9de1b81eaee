"""What a member may do: told, audited, and heard at intake."""

import asyncio
from datetime import timedelta

import pytest

from contracts.events.members import MemberStatusChanged
from contracts.events.purchases import PurchaseRecorded
from member_svc.domain.refusals import MemberNotFound, StatusUnreachable
from member_svc.handlers.accept_fact import accept_fact


async def changes(desk, member_id):
    """The changes of status that were told of a member."""
    return [one for one in await desk.told(member_id) if isinstance(one, MemberStatusChanged)]


async def test_M9_a_change_is_told_and_written_down_with_its_reason(desk, clerk, now):
    member_id = await desk.member()
    shown = await clerk.move(member_id, "suspended", "card found in the street")
    (told,) = await changes(desk, member_id)
    (entry,) = await desk.stage.rows("SELECT * FROM audit WHERE subject = :id", id=member_id)
    assert shown.member.status == told.status == "suspended"
    assert told.occurred_at == now
    assert (entry.actor, entry.action) == ("key:staff1", "member.suspended")
    assert entry.reason == "card found in the street"
    assert "street" not in repr(told)


async def test_M9_the_same_status_again_changes_nothing(desk, clerk, won):
    member_id = await desk.member()
    moved = await asyncio.gather(
        *(won(lambda: clerk.move(member_id, "suspended")) for _ in range(3))
    )
    assert {shown.member.version for shown in moved} == {moved[0].member.version}
    assert len(await changes(desk, member_id)) == 1


async def test_M9_each_change_is_told_with_a_greater_revision(desk, clerk):
    member_id = await desk.member()
    for status in ("suspended", "banned", "active", "closed", "active"):
        await clerk.move(member_id, status)
    revisions = [one.revision for one in await changes(desk, member_id)]
    assert revisions == sorted(set(revisions))
    assert len(revisions) == 5


async def test_M9_a_ban_is_lifted_before_its_member_can_leave(desk, clerk):
    member_id = await desk.member()
    await clerk.move(member_id, "banned")
    with pytest.raises(StatusUnreachable) as refused:
        await clerk.move(member_id, "closed")
    assert refused.value.numbers == {"stands": "banned", "asked": "closed"}
    with pytest.raises(MemberNotFound):
        await clerk.move("nobody", "banned")
    assert len(await changes(desk, member_id)) == 1


@pytest.mark.parametrize(
    ("status", "after", "before"),
    [
        pytest.param("suspended", "accepted", "accepted", id="suspended: accrues"),
        pytest.param("banned", "review", "accepted", id="banned: looked at, from then on"),
        pytest.param("closed", "review", "accepted", id="closed: likewise"),
    ],
)
async def test_M9_what_a_member_does_then(desk, clerk, now, status, after, before):
    member_id = await desk.member()
    await clerk.move(member_id, status)
    at, earlier = now, now - timedelta(microseconds=1)
    for moment, expected in ((at, after), (earlier, before)):
        _, bought = await desk.buy(member_id, at=moment)
        (did,) = await clerk.tell(clerk.activity(member_id, occurred_at=moment))
        assert (bought.status, did.status) == (expected, expected)


async def test_M9_what_was_looked_at_may_count_all_the_same(desk, clerk, now, terms, vault):
    member_id = await desk.member()
    await clerk.move(member_id, "banned")
    _, bought = await desk.buy(member_id, at=now)
    async with desk.stage.begin("key:staff1") as tx:
        assert await accept_fact(tx, vault, terms, bought.fact_id, "before the ban") == "accepted"
    assert isinstance((await desk.told(member_id))[-1], PurchaseRecorded)


async def test_M9_what_a_barred_member_claims_is_looked_at(desk, clerk, now):
    member_card, card = desk.card(), desk.card()
    member_id = await desk.member(member_card)
    await clerk.move(member_id, "banned")
    after, _ = await desk.buy(card, at=now)
    before, _ = await desk.buy(card, at=now - timedelta(seconds=1))
    back = desk.back(after)
    await desk.bring(back)
    await desk.enroll(member_card, card)
    assert [await desk.stands(one) for one in (after, before)] == ["review", "accepted"]
    assert await desk.stands(back) == "waiting"


async def test_M9_who_is_active_again_counts_as_before(desk, clerk, now):
    member_id = await desk.member()
    await clerk.move(member_id, "closed")
    await clerk.move(member_id, "active")
    _, bought = await desk.buy(member_id, at=now)
    assert bought.status == "accepted"
