"""Purchases through points-svc: decoded, rated, posted, told and fenced, batch by batch, as the
consumer does it; beside bare COPY of as many rows, the cheapest durable write there is.
"""

import json
import time
from pathlib import Path

import asyncpg

from chassis.bus.codec import CATALOG
from chassis.bus.message import Batch
from chassis.consumer import offsets
from chassis.consumer.batch import Standing, Worker
from chassis.consumer.reading import Reader
from chassis.subscription import heard_by
from chassis.testing.databases import Server
from chassis.testing.stage import Stage
from contracts.events.purchases import PurchaseRecorded
from points_svc.main import service
from tests.bench.measure import Turn, Watch

PROGRAMME = Path(__file__).parents[2] / "deploy" / "programmes" / "classic"
PARKED_MAX = 1
CONSUMER = "points-svc"

FLOOR = """
CREATE TABLE floor (
    member_id text COLLATE "C", fact_id text COLLATE "C", body bytea,
    PRIMARY KEY (member_id, fact_id)
)
"""
BALANCED = """
SELECT count(DISTINCT fact_id) AS facts, count(*) AS postings,
       (SELECT coalesce(sum(available), 0) FROM account WHERE point_type = 'growth') AS growth
FROM posting
"""


class Ledger:
    """points-svc with the classic programme, on a fresh database."""

    def __init__(self, stage: Stage, beside: "asyncpg.Connection[asyncpg.Record]") -> None:
        self.stage = stage
        self._beside = beside
        reader = Reader(heard_by(service.subscriptions), CATALOG, PARKED_MAX)
        self._worker = Worker(CONSUMER, service.subscriptions, stage.database, reader)
        self._standing: Standing | None = None

    @classmethod
    async def made(cls, server: Server, folder: Path) -> "Ledger":
        """With the programme published through its own doors, and the floor's table beside it."""
        dsn = await server.fresh(service.migrations)
        ledger = cls(Stage(service, dsn, folder), await asyncpg.connect(dsn))
        async with ledger.stage.client(source="ops") as ops:
            settings = json.loads((PROGRAMME / "points.json").read_text(encoding="utf-8"))
            rules = json.loads((PROGRAMME / "accrual-rules.json").read_text(encoding="utf-8"))
            (await ops.put("/v1/points-svc/programme", json=settings)).raise_for_status()
            draft = (await ops.post("/v1/accrual-rules", json=rules)).raise_for_status().json()
            publish = f"/v1/accrual-rules/{draft['version']}/publish"
            (await ops.post(publish, json={})).raise_for_status()
        await ledger._beside.execute(FLOOR)
        return ledger

    async def close(self) -> None:
        """Give back its connections."""
        await self._beside.close()
        await self.stage.process.stop()

    async def accrue(self, batches: list[Batch]) -> Turn:
        """Work the batches off, each in a transaction of its own."""
        standing = self._standing or await self._stand(batches[0])
        watch = await Watch.start(self._beside)
        for batch in batches:
            await self._worker.work(batch, standing)
        return await watch.turn(self._beside, sum(len(batch.records) for batch in batches))

    async def _stand(self, batch: Batch) -> Standing:
        async with self.stage.begin() as tx:
            stood = await offsets.stand(tx, CONSUMER, [batch.place])
        self._standing = Standing(*stood[batch.place])
        return self._standing

    async def copy(self, batches: list[Batch]) -> Turn:
        """The floor: one row per event, by COPY, a transaction per batch."""
        watch = await Watch.start(self._beside)
        for batch in batches:
            rows = [(str(r.key, "ascii"), f"{r.offset:012d}", r.body) for r in batch.records]
            await self._beside.copy_records_to_table("floor", records=rows)
        return await watch.turn(self._beside, sum(len(batch.records) for batch in batches))

    @staticmethod
    def decode(batches: list[Batch]) -> float:
        """Seconds of this process to decode the same bytes and nothing else."""
        began = time.process_time()
        for batch in batches:
            for record in batch.records:
                CATALOG.decode(record)
        return time.process_time() - began

    async def balances(self, events: list[PurchaseRecorded]) -> bool:
        """Whether the books say what the events were worth: else no speed is worth printing."""
        (books,) = await self.stage.rows(BALANCED)
        growth = sum(sum(line.net_minor for line in event.lines) // 100 for event in events)
        return (books.facts, books.growth) == (len(events), growth)
