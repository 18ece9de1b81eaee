"""Segments, as member-svc tells them: each message once, in whichever order they come (E3)."""

from itertools import permutations

import pytest

from contracts.events.members import MemberStatusChanged
from tier_svc.domain.segments import segments_before, together_in
from tier_svc.store.segments import segments_of_members

SAID = (
    ("dormant", 1, "2026-03-01T00:00", True),
    ("dormant", 2, "2026-04-01T00:00", False),
    ("dormant", 3, "2026-03-15T00:00", False),
    ("local", 1, "2026-03-10T00:00", True),
)


async def known(hall, shop):
    async with hall.stage.begin() as tx:
        return (await segments_of_members(tx, [shop.member])).get(shop.member, [])


def gone(shop, status):
    return MemberStatusChanged(
        event_id=f"{shop.member}.{status}",
        member_id=shop.member,
        occurred_at=shop.enrolled_at,
        recorded_at=shop.enrolled_at,
        version="1",
        status=status,
        revision=1,
    )


async def test_E3_segments_read_alike_in_every_order_and_told_twice(hall, instant):
    ends = [instant(f"2026-{day}T00:00") for day in ("03-01", "03-11", "03-15", "03-16", "05-01")]
    for order in permutations(SAID):
        shop = hall.shop()
        told = [shop.belongs(*one[:3], is_in=one[3]) for one in order]
        await hall.hear(*told, told)
        kept = await known(hall, shop)
        assert len(kept) == len(SAID)
        assert [together_in(segments_before(kept, end)) for end in ends] == [
            "(none)",
            "dormant + local",
            "dormant + local",
            "local",
            "local",
        ]


@pytest.mark.parametrize("status", ["merged", "erased"])
async def test_M9_who_was_merged_or_erased_is_in_no_segment(hall, status):
    shop = hall.shop()
    await hall.hear(shop.belongs("local", 1, "2026-03-01T00:00", is_in=True))
    assert await known(hall, shop)
    await hall.hear(gone(shop, status))
    assert await known(hall, shop) == []


async def test_a_segment_changes_no_standing_and_says_nothing(hall):
    shop = hall.shop()
    await hall.hear([shop.enrolled(), *shop.sold("a", "2026-03-02T10:00", 100)])
    rows, said = await hall.rows(shop), await hall.messages(shop)
    await hall.hear(shop.belongs("local", 1, "2026-03-01T00:00", is_in=True))
    assert (await hall.rows(shop), await hall.messages(shop)) == (rows, said)
