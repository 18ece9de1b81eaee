"""Simulations, round by round. Nothing else is written by them."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from chassis.runs import Runs
from chassis.tx import Row, Tx
from tier_svc.domain.draft import LadderWritten
from tier_svc.domain.grounds import Migration
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.reading import kept_ladder
from tier_svc.domain.simulation_tally import read_tally
from tier_svc.domain.simulations import Move, Round, Simulation, State
from tier_svc.store.simulation_rows import (
    moves_written,
    read_row,
    scenario_of,
    scenario_written,
)

RUNS: Runs[str] = Runs("simulation", of="ladder", found="moves")

LADDERS_MAX = 64
PAGE_MAX = 200
"""Those who move, in one row."""

ADD_SIMULATION = """
INSERT INTO simulation (simulation_id, ladder, digest, version, against, migration, scenario, state,
    asked_at, asked_by)
VALUES (:id, :ladder, :digest, :version, :against, :migration, CAST(:scenario AS jsonb), :state,
    :now, :actor)
"""

FIND_SIMULATION = """
SELECT simulation_id, ladder, version, against, migration, scenario::text AS scenario, state,
    members, members_done, last_member, pages, tally::text AS tally, asked_at, asked_by, ended_at
FROM simulation WHERE ladder = :ladder AND simulation_id = :id
"""

NEWEST_SIMULATIONS = """
SELECT simulation_id, ladder, version, against, migration, scenario::text AS scenario, state,
    members, members_done, last_member, pages, '{}' AS tally, asked_at, asked_by, ended_at
FROM simulation
WHERE ladder = :ladder AND (asked_at, simulation_id) < (:asked_at, :id)
ORDER BY asked_at DESC, simulation_id DESC LIMIT :limit
"""

COUNT_MEMBERS = "SELECT count(*) AS n FROM member"

KEEP_ROUND = """
UPDATE simulation SET members = :members, members_done = :members_done, last_member = :last_member,
    pages = :pages, tally = CAST(:tally AS jsonb), tries = 0, claimed_until = NULL,
    state = :state, ended_at = :ended_at
WHERE simulation_id = :id AND state = 'running' AND last_member = :was_at
RETURNING simulation_id
"""

ADD_PAGES = """
INSERT INTO simulation_page (simulation_id, page, moves)
SELECT :id, :pages + place, moves
FROM unnest(CAST(:moves AS bytea[])) WITH ORDINALITY AS u (moves, place)
"""

LADDER_BODIES = """
SELECT version, body::text AS body FROM ladder
WHERE version = ANY (CAST(:versions AS integer[]))
"""


async def add_simulation(tx: Tx, simulation: Simulation, digest: bytes) -> None:
    """Keep what was asked; the job does the rest."""
    await tx.execute(
        "add_simulation",
        ADD_SIMULATION,
        id=simulation.simulation_id,
        ladder=simulation.ladder,
        digest=digest,
        version=simulation.version,
        against=simulation.against,
        migration=simulation.migration,
        scenario=scenario_written(simulation.scenario),
        state=simulation.state,
        now=simulation.asked_at,
        actor=simulation.asked_by,
    )


async def find_simulation(tx: Tx, ladder: str, simulation_id: str) -> Simulation | None:
    """One simulation of a ladder, with what it has counted so far."""
    rows = await tx.execute("find_simulation", FIND_SIMULATION, ladder=ladder, id=simulation_id)
    return (await _simulations(tx, rows))[0] if rows else None


async def newest_simulations(
    tx: Tx, ladder: str, before: tuple[datetime, str], limit: int
) -> list[Simulation]:
    """Simulations of a ladder asked for before an instant, newest first, without their counts."""
    rows = await tx.execute(
        "newest_simulations",
        NEWEST_SIMULATIONS,
        ladder=ladder,
        asked_at=before[0],
        id=before[1],
        limit=limit,
    )
    return await _simulations(tx, rows)


async def count_members(tx: Tx) -> int:
    """How many members there are to look at."""
    (row,) = await tx.execute("count_members", COUNT_MEMBERS)
    number: int = row.n
    return number


async def keep_round(tx: Tx, before: Simulation, now: Simulation, found: Round) -> bool:
    """How far a simulation has come and what it has counted; nothing, and no, where somebody
    stopped it or took it further meanwhile. Locks it until the end of the transaction.
    """
    kept = await tx.execute(
        "keep_simulation_round",
        KEEP_ROUND,
        id=before.simulation_id,
        was_at=before.last_member,
        members=now.members,
        members_done=now.members_done,
        last_member=now.last_member,
        pages=before.pages + -(-len(found.moves) // PAGE_MAX),
        tally=json.dumps(found.tally.written()),
        state=now.state,
        ended_at=now.ended_at,
    )
    return bool(kept)


async def add_pages(tx: Tx, before: Simulation, moves: Sequence[Move]) -> None:
    """Keep those who move, after the pages that there were before the round."""
    firsts = range(0, len(moves), PAGE_MAX)
    await tx.execute(
        "add_simulation_pages",
        ADD_PAGES,
        id=before.simulation_id,
        pages=before.pages,
        moves=[moves_written(moves[first : first + PAGE_MAX]) for first in firsts],
    )


async def _simulations(tx: Tx, rows: Sequence[Row]) -> list[Simulation]:
    kept = [read_row(row.scenario) for row in rows]
    versions = sorted({version for one in kept for version in one.versions})
    bodies = await tx.execute("ladder_bodies", LADDER_BODIES, versions=versions)
    ladders = {row.version: _ladder(row.version, row.body) for row in bodies}
    return [
        Simulation(
            row.simulation_id,
            row.ladder,
            row.version,
            row.against,
            Migration(row.migration) if row.migration else None,
            scenario_of(written, ladders),
            State(row.state),
            row.members,
            row.members_done,
            row.last_member,
            row.pages,
            row.asked_at,
            row.asked_by,
            row.ended_at,
            read_tally(json.loads(row.tally)),
        )
        for row, written in zip(rows, kept, strict=True)
    ]


@lru_cache(maxsize=LADDERS_MAX)
def _ladder(version: int, body: str) -> Ladder:
    return kept_ladder(LadderWritten.model_validate_json(body), version)
