"""Pools on a real database: many at a time, killed in the middle, and what the auditor says."""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest

from chassis.testing.eventually import eventually
from chassis.tx import Conflict
from points_svc.domain.pools import GatheringAsk
from points_svc.handlers.gather_points import gather_points
from points_svc.handlers.share_pool import share_pool
from points_testing.desk import Desk, status_told
from points_testing.moving import codes, send
from points_testing.office import WAITING
from points_testing.pooling import Family, family, open_pool

ROUNDS_MAX = 20


@pytest.fixture
async def home(desk: Desk) -> Family:
    """Three members with 110, 121 and 0 points, who bear alike what they can."""
    return await family(desk, ("100.00", 1), ("110.00", 1), ("0.00", 1))


async def test_P10_30_gatherings_at_once_all_get_through_and_books_balance(
    desk: Desk, home: Family
):
    names = [(str(uuid4()), home.members[n % 3]) for n in range(30)]
    done = Counter[int]()
    for _ in range(ROUNDS_MAX):
        answers = await asyncio.gather(
            *(home.gather(member, 5, gathering_id=name) for name, member in names)
        )
        names = [each for each, a in zip(names, answers, strict=True) if a.status_code == 503]
        done += Counter(answer.status_code for answer in answers if answer.status_code != 503)
        if not names:
            break
    assert done == {201: 30}
    assert sum(await home.have()) == 231
    assert await desk.books_balance()


async def test_I3_burns_of_a_pool_and_of_its_members_at_once_never_burn_more_than_there_is(
    desk: Desk, home: Family
):
    one, other, _ = home.members
    answers = await asyncio.gather(
        *(home.gather(home.members[n % 3], 40, purpose="test") for n in range(8)),
        *(desk.burn(one, 30) for _ in range(4)),
        *(send(desk, other, one, 10) for _ in range(2)),
    )
    refused = set(codes([a for a in answers if a.status_code != 503]))
    assert refused <= {"points_insufficient", "transfers_not_offered"}
    gathered = sum(a.status_code == 201 for a in answers[:8])
    burned = sum(a.status_code == 201 for a in answers[8:12])
    assert sum(await home.have()) == 231 - 40 * gathered - 30 * burned >= 0
    assert await desk.books_balance()


async def test_P10_the_same_gathering_many_times_at_once_moves_once(desk: Desk, home: Family):
    name, third = str(uuid4()), home.members[2]
    answers = await asyncio.gather(*(home.gather(third, 30, gathering_id=name) for _ in range(8)))
    bodies = [answer.json() for answer in answers if answer.status_code == 201]
    assert bodies
    assert all(body == bodies[0] for body in bodies)
    assert await home.have() == [95, 106, 30]


async def test_P10_a_member_who_is_asked_into_two_pools_at_once_shares_one(desk: Desk):
    homes = [await family(desk, ("1.00", 1)) for _ in range(2)]
    wanted = await desk.enroll()
    answers = await asyncio.gather(
        *(each.share(wanted, 1) for each in homes), open_pool(desk, {wanted: 1})
    )
    statuses = sorted(answer.status_code for answer in answers if answer.status_code != 503)
    assert sum(status < 300 for status in statuses) == 1
    rows = await desk.stage.rows("SELECT 1 FROM pool_member WHERE member_id = :m", m=wanted)
    assert len(rows) == 1


async def test_M9_who_goes_while_they_are_let_in_shares_no_pool(desk: Desk, home: Family):
    """Their status is heard after it was read, and before who let them in has committed."""
    wanted, hearing = await desk.enroll(), []

    async def go() -> None:
        told = asyncio.create_task(desk.stage.deliver(status_told(wanted, "erased")))
        hearing.append(told)

        async def stands_still() -> bool:
            return told.done() or bool(await desk.stage.rows(WAITING))

        await eventually(stands_still)

    async with desk.interrupted("status_of", go) as tx:
        await share_pool(tx, home.pool_id, wanted, 1, "till")
    await hearing[0]
    shown = await home.shown()
    assert [member["member_id"] for member in shown["members"]] == home.members


STATEMENTS = (
    "lock_pools",
    "touch_accounts",
    "open_lots",
    "keep_burn",
    "keep_gathering",
    "change_accounts",
)


@pytest.mark.parametrize("after", STATEMENTS)
async def test_I13_a_gathering_that_dies_after_a_statement_has_moved_nothing(
    desk: Desk, home: Family, after: str
):
    before = await desk.stage.counts()

    async def die() -> None:
        raise Conflict("killed")

    ask = GatheringAsk(
        home.members[2], str(uuid4()), "till", home.pool_id, "points", 50, "test", "", ""
    )
    with pytest.raises(Conflict, match="killed"):
        async with desk.interrupted(after, die) as tx:
            await gather_points(tx, ask)
    assert await desk.stage.counts() == before
    assert await home.have() == [110, 121, 0]
    assert await desk.books_balance()
