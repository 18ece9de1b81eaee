"""I10 where members decide in between: rated values and the settled sum, whatever came when.

Burns, holds and cancels fall between late facts, returns, tier changes and the expiry of lots,
while the clock moves on. Each keeps its answer; what is left adds up.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from random import Random
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from tests.e2e.settling import Rest
from tests.e2e.suite import Ground, Suite
from tests.e2e.test_order_free import FILES, Teller, tell
from tests.faults.checker import Books, unlike
from tests.faults.tills import renamed
from tests.oracle.histories import Frame, deal, seeded
from tests.oracle.programme import BRISK
from tests.oracle.rating import rate

BEGIN = datetime(2025, 6, 1, tzinfo=UTC)
FIRST = datetime(2026, 2, 21, tzinfo=UTC)
STEP = timedelta(days=9)
LAST = FIRST + timedelta(days=90)
FRAME = Frame(BEGIN, FIRST - timedelta(days=1), claim_days=0)
MEMBERS = {"local": 100, "kafka": 20}
POINTS_MAX = 120


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def suite(ground: Ground) -> AsyncIterator[Suite]:
    suite = Suite(ground, FIRST)
    await suite.start()
    await suite.publish(FILES)
    yield suite
    await suite.stop()


class Deciding:
    """What members decide about their points, by chance of a seed, and what came of it."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.burned: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self._client = client
        self._random = Random("decisions")

    async def decide(self, member_id: str) -> None:
        ways = (self._burn, self._burn_and_cancel, self._hold_and_capture, self._hold, self._wait)
        await self._random.choice(ways)(f"/v1/points/{member_id}", member_id)

    async def _burn(self, path: str, member_id: str) -> str | None:
        burn_id, points = self._name(), self._random.randint(1, POINTS_MAX)
        body = {"burn_id": burn_id, "points": points, "purpose": "test"}
        if not await self._done(f"{path}/burns", body):
            return None
        self.burned[member_id] += points
        return burn_id

    async def _burn_and_cancel(self, path: str, member_id: str) -> None:
        before = self.burned[member_id]
        burn_id = await self._burn(path, member_id)
        if burn_id and await self._done(f"{path}/burns/{burn_id}/cancel", None):
            self.burned[member_id] = before

    async def _hold_and_capture(self, path: str, member_id: str) -> None:
        hold_id = await self._hold(path, member_id)
        part = self._random.randint(1, POINTS_MAX)
        if hold_id and await self._done(f"{path}/holds/{hold_id}/capture", {"points": part}):
            self.burned[member_id] += part

    async def _hold(self, path: str, member_id: str) -> str | None:
        """It lapses when the clock moves on, unless it is captured."""
        hold_id, points = self._name(), self._random.randint(1, POINTS_MAX)
        body = {"hold_id": hold_id, "points": points, "purpose": "test"}
        return hold_id if await self._done(f"{path}/holds", body) else None

    async def _wait(self, path: str, member_id: str) -> None:
        """Nothing is decided."""

    async def _done(self, path: str, body: object) -> bool:
        """Twice, with the same answer; False is the business's no."""
        first = await self._client.post(path, json=body)
        again = await self._client.post(path, json=body)
        self.answers[path.rsplit("/", 1)[-1] + f" {first.status_code}"] += 1
        assert first.status_code in {200, 201, 404, 409}, first.text
        assert (again.status_code < 300) == (first.status_code < 300), again.text
        return first.status_code < 300

    def _name(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))


@pytest.mark.timeout(240)
async def test_I10_with_decisions_the_settled_sum_is_order_free(suite: Suite) -> None:
    tellers = [
        Teller(f"D{n}", history, deal(f"decided {n}", history, LAST, claim_days=0).batches)
        for n in range(MEMBERS[suite.ground.transport])
        for history in [seeded(f"decided {n}", BRISK, FRAME)]
    ]
    rest, client = Rest(suite), await suite.client("till")
    deciding = Deciding(client)
    rounds = zip_longest(*(teller.batches for teller in tellers), fillvalue=())
    for number, batches in enumerate(rounds):
        await tell(client, number, dict(zip(tellers, batches, strict=True)))
        await rest.settle()
        for teller in tellers:
            if teller.member_id:
                await deciding.decide(teller.member_id)
        suite.clock.at = min(suite.clock.at + STEP, LAST)
        await suite.run_jobs()
    suite.clock.at = LAST + STEP
    await suite.run_jobs()
    await rest.settle()
    assert await wrong(suite, tellers, deciding) == []
    assert {"burns 201", "burns 409", "capture 200", "cancel 200"} <= deciding.answers.keys()


async def wrong(suite: Suite, tellers: Sequence[Teller], deciding: Deciding) -> list[str]:
    """Rated values, invariants and sums that are not as they should be."""
    rated = {t.member_id: rate(BRISK, renamed(t.history, t.ids)) for t in tellers}
    books = Books({name: each.settings.database_url for name, each in suite.processes.items()})
    found = await books.violations() + unlike(rated, await books.shown())
    for (member_id, kind), (available, expired, deficit) in (await books.stands()).items():
        burned = deciding.burned[member_id] if kind == "points" else 0
        if available - deficit + expired != rated[member_id].total(kind) - burned:
            found.append(
                f"{member_id} {kind}: {available} - {deficit} + {expired}, {burned} burned"
            )
    return found
