"""Burns by the thousand at once: no balance below zero, no update lost, no deadlock left unretried
(I3, P14).
"""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from points_testing.desk import START, Desk, of
from points_testing.ledger import purchase

DAY = timedelta(days=1)
ROUNDS_MAX = 200
CROWD_MAX, QUEUE_MAX = 1_000, 50
"""So many ask at the same moment; who is told to come again does so by and by."""
POINTS = 7
LONG = [pytest.mark.long, pytest.mark.timeout(1_200)]
STANDS = """
SELECT a.member_id, a.available, CAST(coalesce(sum(b.points), 0) AS bigint) AS burned
FROM account a LEFT JOIN burn b USING (member_id, point_type)
WHERE a.member_id = ANY(:members) AND a.point_type = 'points' GROUP BY a.member_id, a.available
"""


class Tills:
    """Tills that burn: all at once, then in a queue those whom nobody could answer."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.crowd, self.queue = asyncio.Semaphore(CROWD_MAX), asyncio.Semaphore(QUEUE_MAX)

    async def burn(self, member: str) -> str:
        """What became of one burn: asked again by its name while nobody can say."""
        name = str(uuid4())
        async with self.crowd:
            answer = await self.desk.burn(member, POINTS, burn_id=name)
        async with self.queue:
            for _ in range(ROUNDS_MAX):
                if answer.status_code != 503:
                    break
                answer = await self.desk.burn(member, POINTS, burn_id=name)
        assert answer.status_code in {201, 409}, answer.text
        return str(answer.json().get("code", "burned"))


@pytest.mark.parametrize(
    ("accounts", "burns", "worth"),
    [
        pytest.param(20, 10, 40, id="10 on each of 20"),
        pytest.param(1, 1_000, 5_000, id="1,000 on one", marks=LONG),
        pytest.param(100, 50, 200, id="50 on each of 100", marks=LONG),
    ],
)
async def test_I3_of_many_burns_at_once_as_many_succeed_as_there_are_points(
    desk: Desk, accounts: int, burns: int, worth: int
):
    members = [await desk.enroll() for _ in range(accounts)]
    for n in range(2):
        await desk.stage.deliver(
            *(
                of(m, purchase(f"{m}{n}", START - (n + 1) * DAY, f"{worth // 2}.00"))
                for m in members
            )
        )
    had = {member: await desk.available(member) for member in members}
    asked = [member for member in members for _ in range(burns)]
    tills = Tills(desk)
    answers = await asyncio.gather(*map(tills.burn, asked))
    found = Counter(zip(asked, answers, strict=True))
    rows = await desk.stage.rows(STANDS, members=members)
    assert {row.member_id for row in rows} == set(members)
    for row in rows:
        most = min(burns, had[row.member_id] // POINTS)
        assert found[row.member_id, "burned"] == most
        assert found[row.member_id, "points_insufficient"] == burns - most
        assert (row.burned, row.available) == (most * POINTS, had[row.member_id] - most * POINTS)
    assert await desk.books_balance()
