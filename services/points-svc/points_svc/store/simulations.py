"""Simulations, round by round. Nothing else is written by them."""

import json
from collections.abc import Sequence
from datetime import datetime

from chassis.runs import Runs
from chassis.tx import Row, Tx
from points_svc.domain.simulation_tally import read_tally
from points_svc.domain.simulations import Move, Round, Simulation, State
from points_svc.store.simulation_rows import (
    ScenarioRow,
    VersionRow,
    moves_written,
    read_row,
    scenario_of,
    scenario_written,
)

RUNS: Runs[int] = Runs("simulation", of="version", found="moves")

COLUMNS = """
simulation_id, version, against, scenario::text AS scenario, state, members, members_done,
last_member, pages, asked_at, asked_by, ended_at
"""
ADD_SIMULATION = """
INSERT INTO simulation (simulation_id, version, against, digest, scenario, state, asked_at,
    asked_by)
VALUES (:id, :version, :against, :digest, CAST(:scenario AS jsonb), 'waiting', :now, :actor)
"""
FIND_SIMULATION = f"""
SELECT {COLUMNS}, tally::text AS tally
FROM simulation WHERE version = :version AND simulation_id = :id
"""
NEWEST_SIMULATIONS = f"""
SELECT {COLUMNS}, '{{}}' AS tally FROM simulation
WHERE version = :version AND (asked_at, simulation_id) < (:asked_at, :id)
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
ADD_PAGE = """
INSERT INTO simulation_page (simulation_id, page, moves) VALUES (:id, :page, :moves)
"""
VERSION_OF = "SELECT version FROM simulation WHERE simulation_id = :id"
VERSION_ROWS = """
SELECT version, document, settings, effective_from FROM rule_version
WHERE version = ANY (CAST(:versions AS integer[]))
"""


async def add_simulation(tx: Tx, simulation_id: str, row: ScenarioRow, digest: bytes) -> None:
    """Keep what was asked; the job does the rest."""
    await tx.execute(
        "add_simulation",
        ADD_SIMULATION,
        id=simulation_id,
        version=row.version,
        against=row.against,
        digest=digest,
        scenario=scenario_written(row),
        now=tx.now,
        actor=tx.cause.actor,
    )


async def find_simulation(tx: Tx, version: int, simulation_id: str) -> Simulation | None:
    """One simulation of a version, with what it has counted so far."""
    rows = await tx.execute("find_simulation", FIND_SIMULATION, version=version, id=simulation_id)
    return (await _simulations(tx, rows))[0] if rows else None


async def newest_simulations(
    tx: Tx, version: int, before: tuple[datetime, str], limit: int
) -> list[Simulation]:
    """Simulations of a version asked for before an instant, newest first, without their counts."""
    rows = await tx.execute(
        "newest_simulations",
        NEWEST_SIMULATIONS,
        version=version,
        asked_at=before[0],
        id=before[1],
        limit=limit,
    )
    return await _simulations(tx, rows)


async def count_members(tx: Tx) -> int:
    """About how many members there are to look at."""
    (row,) = await tx.execute("count_members", COUNT_MEMBERS)
    return int(row.n)


async def keep_round(tx: Tx, before: Simulation, now: Simulation, found: Round) -> bool:
    """How far a simulation has come, what it has counted, and the page of those who move; nothing,
    and no, where somebody stopped it or took it further meanwhile.
    """
    kept = await tx.execute(
        "keep_simulation_round",
        KEEP_ROUND,
        id=before.simulation_id,
        was_at=before.last_member,
        members=now.members,
        members_done=now.members_done,
        last_member=now.last_member,
        pages=now.pages,
        tally=json.dumps(found.tally.written()),
        state=now.state,
        ended_at=now.ended_at,
    )
    return bool(kept)


async def add_page(tx: Tx, simulation_id: str, page: int, moves: Sequence[Move]) -> None:
    """Keep who moves, as found in one round."""
    await tx.execute(
        "add_simulation_page", ADD_PAGE, id=simulation_id, page=page, moves=moves_written(moves)
    )


async def version_of(tx: Tx, simulation_id: str) -> int | None:
    """The version that a simulation is of."""
    rows = await tx.execute("version_of_simulation", VERSION_OF, id=simulation_id)
    return int(rows[0].version) if rows else None


async def version_rows(tx: Tx, versions: set[int]) -> dict[int, VersionRow]:
    """These versions, as they were written."""
    rows = await tx.execute("version_rows", VERSION_ROWS, versions=sorted(versions))
    return {
        row.version: VersionRow(row.version, row.document, row.settings, row.effective_from)
        for row in rows
    }


async def _simulations(tx: Tx, rows: Sequence[Row]) -> list[Simulation]:
    kept = [read_row(row.scenario) for row in rows]
    versions = await version_rows(tx, set().union(*(one.versions for one in kept)))
    return [
        Simulation(
            row.simulation_id,
            row.version,
            row.against,
            scenario_of(written, versions),
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
