"""A draft ladder tried on purchases, beside one bare aggregate of the same rows, and beside reading
them: S11 on a real grocer's year, S11b on synthetic members.
"""

import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from chassis.testing.stage import MovableClock, Stage
from tests.bench.ground import Ground
from tests.bench.ledger import Unbalanced
from tests.bench.measure import Turn, Watch, server_s
from tests.bench.results import Goal, Result
from tests.bench.year import (
    MEMBER,
    PURCHASE,
    YEAR_END,
    members_of_the_year,
    purchases_of_the_year,
)
from tier_svc.main import service

GROCER = Path(__file__).parents[2] / "deploy" / "programmes" / "grocer"
NOW = datetime(2026, 1, 1, 5, tzinfo=UTC)
YEAR = timedelta(days=365)
EACH = 24
TURNS = 5
TIMES = 5
"""A reference is so short that it is taken several times a turn."""
HARDER_MINOR = 80_000
SILVER_MINOR = 50_000

AGGREGATE_MAX = Goal(3, at_least=False)
COPY_MAX = Goal(2, at_least=False)

MEMBERS = """
INSERT INTO member (member_id, enrolled_at)
SELECT 'm' || lpad(n::text, 9, '0'), $2 FROM generate_series(1, $1::int) n
"""
PURCHASES = """
INSERT INTO purchase (member_id, fact_id, occurred_at, spend_minor, lines, store_id, channel)
SELECT 'm' || lpad(n::text, 9, '0'), lpad(p::text, 4, '0') || md5(n || ':' || p),
    $3::timestamptz + make_interval(secs => (hashtext(n || 'at' || p)::bigint & 2147483647)
        % (364 * 86400)),
    300 + (hashtext(n || 'spend' || p)::bigint & 2147483647) % (1000 + n % 17 * 800),
    jsonb_build_array(jsonb_build_array('1', 1, 1000, 'grocery')), 's' || n % 20, 'till'
FROM generate_series(1, $1::int) n, generate_series(1, $2::int) p
"""
AGGREGATE = """
SELECT count(*) AS members, sum(spend) AS spend,
    count(*) FILTER (WHERE spend >= $1 AND spend < $2) AS lower
FROM (SELECT member_id, sum(spend_minor) AS spend FROM purchase GROUP BY member_id) s
"""
RETURNS = """
WITH back AS (
    UPDATE purchase SET lines = jsonb_build_array(
        jsonb_build_array('1', 1, spend_minor - spend_minor / 3),
        jsonb_build_array('2', 1, spend_minor / 3))
    WHERE (hashtext(member_id)::bigint & 2147483647) % 100 < $1
        AND (hashtext(fact_id)::bigint & 2147483647) % 20 = 0
        AND occurred_at < $2::timestamptz - interval '30 days'
    RETURNING member_id, fact_id, occurred_at)
INSERT INTO purchase_return (member_id, fact_id, purchase_fact_id, occurred_at, effect_at, taken)
SELECT member_id, 'r' || fact_id, fact_id, at, at, '[["2", 1]]'
FROM (SELECT *, occurred_at + make_interval(days => abs(hashtext(fact_id) % 30)) AS at FROM back) b
"""
LEFT = """
SELECT count(*) AS members, sum(spend) AS spend,
    count(*) FILTER (WHERE spend >= $1 AND spend < $2) AS lower
FROM (SELECT p.member_id, sum(CASE WHEN r.fact_id IS NULL THEN spend_minor
            ELSE spend_minor - spend_minor / 3 END) AS spend
    FROM purchase p LEFT JOIN purchase_return r
        ON r.member_id = p.member_id AND r.purchase_fact_id = p.fact_id
    GROUP BY p.member_id) s
"""
READ = "SELECT member_id, fact_id, occurred_at, spend_minor FROM purchase"


YEARS = (
    ("S11", 0, ""),
    ("S11r5", 5, ", 5 % of members with returns"),
    ("S11r20", 20, ", 20 % of members with returns"),
)


@dataclass(frozen=True)
class Shop:
    """tier-svc with a history, `grocer` in force and a harder draft."""

    ground: Ground
    stage: Stage
    beside: Any
    version: int
    purchases: int

    async def asked(self) -> str:
        """Where an answer will be found."""
        async with self.stage.client() as ops:
            asked = (await ops.post(f"/v1/ladders/{self.version}/simulate")).raise_for_status()
        return str(asked.headers["Location"])

    async def simulated(self) -> None:
        """What was asked for is looked for, and kept."""
        await self.stage.run_job("simulate_members")

    async def found(self, place: str) -> dict[str, Any]:
        """The answer."""
        async with self.stage.client() as ops:
            found = (await ops.get(place)).raise_for_status().json()
        total: dict[str, Any] = found["result"]["total"]
        return total

    async def summed(self) -> Any:
        """One bare aggregate of the same rows."""
        return await self.beside.fetchrow(AGGREGATE, SILVER_MINOR, HARDER_MINOR)

    async def left(self) -> Any:
        """The same, of what did not come back."""
        return await self.beside.fetchrow(LEFT, SILVER_MINOR, HARDER_MINOR)

    async def read(self) -> None:
        """The same rows, read once."""
        await self.beside.copy_from_query(READ, output=_nowhere)

    async def timed(self, work: Callable[[], Awaitable[Any]], times: int) -> Turn:
        """What it takes by the clock and of processors."""
        before, watch = server_s(self.ground.data_dir), Watch()
        for _ in range(times):
            await work()
        turn = watch.turn(self.purchases * times)
        return replace(turn, server_s=server_s(self.ground.data_dir) - before)


async def simulating(ground: Ground) -> list[Result]:
    """Each turn the draft is simulated anew, then the rows are summed and read; what it finds has
    to be what SQL finds.
    """
    years = [await _year(ground, *one) for one in YEARS]
    members = ground.sizes.members
    async with _shop(ground, NOW, partial(_synthetic, members=members)) as shop:
        synthetic = await _compared(
            shop,
            shop.read,
            ("S11b", f"a draft on {members:,} × {EACH} purchases, as times of reading them"),
            COPY_MAX,
            "COPY TO",
        )
    return [*years, synthetic]


async def _year(ground: Ground, name: str, percent: int, said: str) -> Result:
    """A real year, of which some members brought something back."""
    async with _shop(ground, YEAR_END, partial(_real_year, percent=percent)) as shop:
        return await _compared(
            shop,
            shop.summed,
            (name, f"a draft on a real year{said}, as times of one aggregate"),
            AGGREGATE_MAX,
            "SUM … GROUP BY member",
        )


async def _compared(
    shop: Shop, reference: Callable[[], Awaitable[Any]], named: tuple[str, str], goal: Goal, by: str
) -> Result:
    own, beside = [], []
    for _ in range(TURNS):
        place = await shop.asked()
        own.append(await shop.timed(shop.simulated, 1))
        _balanced(await shop.found(place), await shop.left())
        beside.append(await shop.timed(reference, TIMES))
    works = [median(turn.work for turn in turns) * 1e6 for turns in (own, beside)]
    return Result.of(
        named,
        [two.rate / one.rate for one, two in zip(own, beside, strict=True)],
        goal,
        f"{by}: {median(turn.rate for turn in beside):,.0f} purchases/s",
        f"{median(turn.rate for turn in own):,.0f} purchases/s, two ladders each; by processor time"
        f" {works[0]:.2f} µs to {works[1]:.2f} µs: {works[0] / works[1]:.2f}",
    )


def _balanced(total: dict[str, Any], row: Any) -> None:
    if (total["members"], total["spend_minor"], total["down"]) != tuple(row):
        raise Unbalanced(f"the simulation counts {total}, SQL {tuple(row)}")


@asynccontextmanager
async def _shop(
    ground: Ground, now: datetime, history: Callable[[Any], Awaitable[None]]
) -> AsyncIterator[Shop]:
    dsn = await ground.server.fresh(service.migrations)
    beside = await asyncpg.connect(dsn)
    with tempfile.TemporaryDirectory(dir=ground.folder) as folder:
        stage = Stage(service, dsn, Path(folder), MovableClock(now))
        version = await _ladders(stage)
        await history(beside)
        await beside.execute("VACUUM ANALYZE member, purchase, purchase_return")
        purchases = await beside.fetchval("SELECT count(*) FROM purchase")
        yield Shop(ground, stage, beside, version, purchases)
        await stage.database.close()
    await beside.close()


async def _ladders(stage: Stage) -> int:
    """`grocer` in force and a harder draft; answers the draft's version."""
    harder = _document("ladder.json")
    harder["rungs"][1]["test"]["at_least"] = HARDER_MINOR
    async with stage.client() as ops:
        (await ops.put("/v1/tier-svc/programme", json=_document("tier.json"))).raise_for_status()
        first = await ops.post("/v1/ladders", json=_document("ladder.json"))
        (await ops.post(f"/v1/ladders/{first.json()['version']}/publish")).raise_for_status()
        draft = (await ops.post("/v1/ladders", json=harder)).raise_for_status()
    version: int = draft.json()["version"]
    return version


async def _synthetic(beside: Any, members: int) -> None:
    await beside.execute(MEMBERS, members, NOW - YEAR)
    await beside.execute(PURCHASES, members, EACH, NOW - YEAR)


async def _real_year(beside: Any, percent: int) -> None:
    for table, columns, rows in (
        ("member", MEMBER, members_of_the_year()),
        ("purchase", PURCHASE, purchases_of_the_year()),
    ):
        await beside.copy_records_to_table(table, columns=columns, records=rows)
    await beside.execute(RETURNS, percent, YEAR_END)


async def _nowhere(data: bytes) -> None:
    """Rows that were read."""


def _document(name: str) -> Any:
    return json.loads((GROCER / name).read_text(encoding="utf-8"))
