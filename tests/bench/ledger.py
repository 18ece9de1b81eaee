"""points-svc on a fresh database, with a programme published through its own doors."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg

from chassis.bus.codec import CATALOG
from chassis.bus.message import Batch
from chassis.clock import Clock
from chassis.consumer import offsets
from chassis.consumer.batch import Standing, Worker
from chassis.consumer.reading import Reader
from chassis.subscription import Subscription
from chassis.testing.databases import Server
from chassis.testing.stage import MovableClock, Stage
from contracts.events.purchases import PurchaseRecorded
from points_svc.main import service
from tests.bench import forty_rules, history
from tests.bench.measure import Turn, Watch
from tests.faults import checker

CLASSIC = Path(__file__).parents[2] / "deploy" / "programmes" / "classic"
PARKED_MAX = 1
CONSUMER = "points-svc"

OPEN_ACCOUNTS = """
INSERT INTO account (member_id, point_type, available, pending, held, deficit, seq, turn, head)
SELECT m, t, 0, 0, 0, 0, 0, 0, $2
FROM unnest(CAST($1 AS text[])) m, unnest(ARRAY['growth', 'points']) t
"""
SOUND = (checker.I1_CONSERVATION, checker.I1_PROGRAMME_ROWS, checker.I2_BALANCES)
ONCE = checker.I4_TWICE
POSTED = """
SELECT count(DISTINCT fact_id) AS facts, count(*) AS postings,
       (SELECT coalesce(sum(available), 0) FROM account WHERE point_type = 'growth') AS growth
FROM posting WHERE kind = 'accrual'
"""


class Unbalanced(Exception):
    """The books do not say what the facts were worth: no figure of this run is worth printing."""


def hears() -> Sequence[Subscription]:
    """Of all that points-svc hears, purchases."""
    return [one for one in service.subscriptions if PurchaseRecorded in one.events]


def rules(programme: str) -> Any:
    """The body of POST /v1/accrual-rules: `classic`, or `forty` rules."""
    if programme == "forty":
        return forty_rules.document()
    return json.loads((CLASSIC / "accrual-rules.json").read_text(encoding="utf-8"))


class Ledger:
    """The service in this process, worked by hand; `beside` is a connection of the bench's own."""

    def __init__(
        self, stage: Stage, dsn: str, beside: "asyncpg.Connection[asyncpg.Record]"
    ) -> None:
        self.stage = stage
        self.dsn = dsn
        self.secrets_file = stage.process.settings.secrets_file
        self.beside = beside
        reader = Reader((PurchaseRecorded,), CATALOG, PARKED_MAX)
        self._worker = Worker(CONSUMER, hears(), stage.database, reader)
        self._standings: dict[str, Standing] = {}

    @classmethod
    async def made(
        cls, server: Server, folder: Path, programme: str, now: Clock | None = None
    ) -> "Ledger":
        """With everything published, and no member yet. Its clock stands unless one is given."""
        return await cls.at(await server.fresh(service.migrations), folder, programme, now)

    @classmethod
    async def at(
        cls,
        dsn: str,
        folder: Path,
        programme: str,
        now: Clock | None = None,
        through: str | None = None,
    ) -> "Ledger":
        """As `made`, on an empty database; the service gets there `through` another DSN."""
        own = Path(tempfile.mkdtemp(dir=folder))
        stage = Stage(service, through or dsn, own, now or MovableClock(history.a_while_ago(0)))
        ledger = cls(stage, dsn, await asyncpg.connect(dsn))
        settings = json.loads((CLASSIC / "points.json").read_text(encoding="utf-8"))
        async with stage.client(source="ops") as ops:
            (await ops.put("/v1/points-svc/programme", json=settings)).raise_for_status()
            made = await ops.post("/v1/accrual-rules", json=rules(programme))
            version = made.raise_for_status().json()["version"]
            publish = f"/v1/accrual-rules/{version}/publish"
            (await ops.post(publish, json={})).raise_for_status()
        return ledger

    async def close(self) -> None:
        """Give back its connections."""
        await self.beside.close()
        await self.stage.process.stop()

    async def open_accounts(self, members: int) -> None:
        """Members that have been here before: their accounts are there and empty."""
        ids = [history.member_id(number) for number in range(members)]
        await self.beside.execute(OPEN_ACCOUNTS, ids, bytes(32))
        await self.beside.execute("VACUUM ANALYZE account")

    async def accrue(self, batches: Sequence[Batch]) -> Turn:
        """Work the batches off as the consumer does, each in a transaction of its own."""
        standing = await self._standing(batches[0])
        watch = Watch()
        for batch in batches:
            await self._worker.work(batch, standing)
        return watch.turn(sum(len(batch.records) for batch in batches))

    async def _standing(self, batch: Batch) -> Standing:
        life = batch.place.incarnation
        if life not in self._standings:
            async with self.stage.begin() as tx:
                stood = await offsets.stand(tx, CONSUMER, [batch.place])
            self._standings[life] = Standing(*stood[batch.place])
        return self._standings[life]

    async def check(self, events: Sequence[PurchaseRecorded] | None = None) -> None:
        """I1, I2, I4, and that growth is what these events spent. Raises Unbalanced."""
        for rule in (*SOUND, ONCE):
            if await self.beside.fetch(rule):
                raise Unbalanced(rule)
        if events is None:
            return
        books = await self.beside.fetchrow(POSTED)
        assert books is not None
        spent = sum(sum(line.net_minor for line in event.lines) // 100 for event in events)
        if (books["facts"], books["postings"], books["growth"]) != (
            len(events),
            2 * len(events),
            spent,
        ):
            raise Unbalanced(f"{dict(books)} for {len(events)} purchases of {spent}")


def decode(batches: Sequence[Batch]) -> Turn:
    """Decode the same bytes and nothing else."""
    watch = Watch()
    for batch in batches:
        for record in batch.records:
            CATALOG.decode(record)
    return watch.turn(sum(len(batch.records) for batch in batches))
