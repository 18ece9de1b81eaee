"""Segments on a real database: many who say things of the same members at once (P5)."""

import asyncio
from itertools import pairwise

import pytest

from contracts.events.members import SegmentEntered, SegmentLeft
from member_svc.domain.segments import SegmentAsk
from member_svc.handlers.set_segments import set_segments


@pytest.fixture
def say(desk, terms, now):
    """Say things, a transaction of their own."""
    desk.stage.at(now)

    async def saying(*asked):
        async with desk.stage.begin() as tx:
            return await set_segments(tx, terms, asked)

    return saying


async def test_P5_the_same_entrance_many_times_at_once_is_told_once(desk, say):
    members = [await desk.member() for _ in range(3)]
    asked = [SegmentAsk(one, "crowd", True, None) for one in members]
    answers = await asyncio.gather(*(say(*asked[n % 3 :], *asked[: n % 3]) for n in range(12)))
    assert all(one.seq == 1 and one.is_in for each in answers for one in each)
    said = [one for one in await desk.stage.said() if isinstance(one, SegmentEntered)]
    assert sorted(one.member_id for one in said if one.segment == "crowd") == sorted(members)


async def test_P5_messages_are_numbered_without_gap_whoever_says_them(desk, say):
    member = await desk.member()
    await asyncio.gather(*(say(SegmentAsk(member, "turns", n % 2 == 0, None)) for n in range(10)))
    said = [
        one
        for one in await desk.stage.said()
        if isinstance(one, SegmentEntered | SegmentLeft) and one.segment == "turns"
    ]
    assert [one.seq for one in said] == list(range(1, len(said) + 1))
    kinds = [isinstance(one, SegmentEntered) for one in said]
    assert all(one is not following for one, following in pairwise(kinds))
