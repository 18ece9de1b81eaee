"""tier-svc on a fresh database with `grocer` in force, worked by hand as its consumer works."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg

from chassis.bus.codec import CATALOG
from chassis.bus.message import Batch
from chassis.consumer import offsets
from chassis.consumer.batch import Standing, Worker
from chassis.consumer.reading import Reader
from chassis.testing.stage import MovableClock, Stage
from contracts.events.purchases import PurchaseRecorded
from tests.bench.ground import Ground
from tests.bench.ledger import PARKED_MAX, Unbalanced
from tests.bench.measure import Turn, Watch
from tier_svc.main import service

GROCER = Path(__file__).parents[2] / "deploy" / "programmes" / "grocer"
CONSUMER = "tier-svc"

WRONG = """
SELECT count(*) FROM (SELECT member_id, sum(spend_minor) AS spend FROM purchase GROUP BY 1) p
FULL JOIN standing s USING (member_id)
WHERE s.tier IS DISTINCT FROM CASE WHEN spend >= 300000 THEN 'platinum'
    WHEN spend >= 150000 THEN 'gold' WHEN spend >= 50000 THEN 'silver' ELSE 'bronze' END
"""


class Standings:
    """The service in this process; `beside` is a connection of the bench's own."""

    def __init__(
        self, stage: Stage, clock: MovableClock, beside: "asyncpg.Connection[asyncpg.Record]"
    ) -> None:
        self.stage, self.clock, self.beside = stage, clock, beside
        hears = [one for one in service.subscriptions if PurchaseRecorded in one.events]
        reader = Reader((PurchaseRecorded,), CATALOG, PARKED_MAX)
        self._worker = Worker(CONSUMER, hears, stage.database, reader)
        self._stands: dict[str, Standing] = {}

    @classmethod
    async def made(cls, ground: Ground, clock: MovableClock) -> "Standings":
        """With `grocer` published and no member yet."""
        dsn = await ground.server.fresh(service.migrations)
        stage = Stage(service, dsn, Path(tempfile.mkdtemp(dir=ground.folder)), clock)
        async with stage.client() as ops:
            settings, ladder = (_document(name) for name in ("tier.json", "ladder.json"))
            (await ops.put("/v1/tier-svc/programme", json=settings)).raise_for_status()
            draft = (await ops.post("/v1/ladders", json=ladder)).raise_for_status()
            publish = f"/v1/ladders/{draft.json()['version']}/publish"
            (await ops.post(publish)).raise_for_status()
        return cls(stage, clock, await asyncpg.connect(dsn))

    async def evaluate(self, batches: Sequence[Batch]) -> Turn:
        """Work the batches off, each in a transaction of its own."""
        life = batches[0].place.incarnation
        if life not in self._stands:
            async with self.stage.begin() as tx:
                stood = await offsets.stand(tx, CONSUMER, [batches[0].place])
            self._stands[life] = Standing(*stood[batches[0].place])
        watch = Watch()
        for batch in batches:
            await self._worker.work(batch, self._stands[life])
        return watch.turn(sum(len(batch.records) for batch in batches))

    async def check(self) -> None:
        """Within one year everybody stands where a sum says. Raises Unbalanced."""
        wrong = await self.beside.fetchval(WRONG)
        if wrong:
            raise Unbalanced(f"{wrong} standings are not what SQL sums")

    async def close(self) -> None:
        """Give back its connections."""
        await self.beside.close()
        await self.stage.process.stop()


def _document(name: str) -> Any:
    return json.loads((GROCER / name).read_text(encoding="utf-8"))
