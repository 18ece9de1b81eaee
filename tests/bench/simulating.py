"""A draft ladder tried on a year of purchases, beside one bare aggregate of the same rows: S11."""

import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from chassis.testing.stage import MovableClock, Stage
from tests.bench.ground import Ground
from tests.bench.ledger import Unbalanced
from tests.bench.measure import Turn, Watch
from tests.bench.results import Goal, Result
from tier_svc.main import service

GROCER = Path(__file__).parents[2] / "deploy" / "programmes" / "grocer"
NOW = datetime(2026, 1, 1, 5, tzinfo=UTC)
YEAR = timedelta(days=365)
EACH = 24
TURNS = 3
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
READ = "SELECT member_id, fact_id, occurred_at, spend_minor FROM purchase"


async def simulating(ground: Ground) -> list[Result]:
    """A tenth of the run's members. Each turn the draft is simulated anew, then the rows are summed
    and read; what it finds has to be what SQL finds.
    """
    members = ground.sizes.members // 10
    dsn = await ground.server.fresh(service.migrations)
    beside = await asyncpg.connect(dsn)
    with tempfile.TemporaryDirectory(dir=ground.folder) as folder:
        stage = Stage(service, dsn, Path(folder), MovableClock(NOW))
        version = await _history(stage, beside, members)
        turns = [await _turn(stage, beside, version, members) for _ in range(TURNS)]
        await stage.database.close()
    await beside.close()
    own, summed, read = zip(*turns, strict=True)
    said = f"{own[0].rate:,.0f} members/s of {EACH} purchases, two ladders each"
    return [
        Result.of(
            ("S11", "simulation of a draft, as times of one aggregate"),
            [one.wall_s / two.wall_s for one, two in zip(own, summed, strict=True)],
            AGGREGATE_MAX,
            f"SUM … GROUP BY member: {summed[0].rate:,.0f} members/s",
            said,
        ),
        Result.of(
            ("S11b", "the same, as times of reading the rows once"),
            [one.wall_s / two.wall_s for one, two in zip(own, read, strict=True)],
            COPY_MAX,
            f"COPY TO: {read[0].rate:,.0f} members/s",
            said,
        ),
    ]


async def _history(stage: Stage, beside: Any, members: int) -> int:
    """`grocer` in force, a harder draft, and a year of purchases; answers the draft's version."""
    harder = _document("ladder.json")
    harder["rungs"][1]["test"]["at_least"] = HARDER_MINOR
    async with stage.client() as ops:
        (await ops.put("/v1/tier-svc/programme", json=_document("tier.json"))).raise_for_status()
        first = await ops.post("/v1/ladders", json=_document("ladder.json"))
        (await ops.post(f"/v1/ladders/{first.json()['version']}/publish")).raise_for_status()
        draft = (await ops.post("/v1/ladders", json=harder)).raise_for_status()
    await beside.execute(MEMBERS, members, NOW - YEAR)
    await beside.execute(PURCHASES, members, EACH, NOW - YEAR)
    await beside.execute("VACUUM ANALYZE member, purchase")
    version: int = draft.json()["version"]
    return version


async def _turn(stage: Stage, beside: Any, version: int, members: int) -> tuple[Turn, Turn, Turn]:
    watch = Watch()
    async with stage.client() as ops:
        asked = (await ops.post(f"/v1/ladders/{version}/simulate")).raise_for_status()
        await stage.run_job("simulate_members")
        found = (await ops.get(asked.headers["Location"])).raise_for_status().json()
    own = watch.turn(members)
    watch = Watch()
    row = await beside.fetchrow(AGGREGATE, SILVER_MINOR, HARDER_MINOR)
    summed = watch.turn(members)
    watch = Watch()
    await beside.copy_from_query(READ, output=_nowhere)
    read = watch.turn(members)
    total = found["result"]["total"]
    if (total["members"], total["spend_minor"], total["down"]) != tuple(row):
        raise Unbalanced(f"the simulation counts {total}, SQL {tuple(row)}")
    return own, summed, read


async def _nowhere(data: bytes) -> None:
    """Rows that were read."""


def _document(name: str) -> Any:
    return json.loads((GROCER / name).read_text(encoding="utf-8"))
