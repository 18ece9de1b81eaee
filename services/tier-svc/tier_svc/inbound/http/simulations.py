"""What a ladder would have done to every member, before anyone is touched (T7)."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import Path, Query, Response
from pydantic import Field
from starlette.responses import HTMLResponse, StreamingResponse
from uuid_utils import uuid7

from chassis.http import (
    BeginDep,
    CauseDep,
    FieldError,
    IdPath,
    Invalid,
    PageDep,
    Router,
    TxDep,
    located,
)
from chassis.http.bodies import REF_PATTERN
from chassis.http.problems import TryLater
from chassis.http.read import NDJSON
from tier_svc.domain.refusals import (
    LadderNotFound,
    ProgrammeUnpublished,
    SimulationInvalid,
    SimulationNotFound,
    SimulationOver,
    SimulationsFull,
    SimulationUnfinished,
)
from tier_svc.handlers.cancel_simulation import cancel_simulation
from tier_svc.handlers.export_moves import export_moves
from tier_svc.handlers.list_simulations import list_simulations
from tier_svc.handlers.look_at_simulation import look_at_simulation
from tier_svc.handlers.report_simulation import report_simulation
from tier_svc.handlers.simulate_ladder import simulate_ladder
from tier_svc.inbound.http.ladders import VersionPath
from tier_svc.inbound.http.simulation_views import (
    SimulationBody,
    SimulationsView,
    SimulationView,
    move_line,
    simulation_view,
)
from tier_svc.processes.ask_accrual_rules import ask_accrual_rules

ACCEPTED = 202
A_YEAR = timedelta(days=365)
EARLIEST_YEAR = 1970

BESIDE_MAX = 4
ALONE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
"""A report loads nothing and runs nothing."""

Beside = Annotated[
    tuple[Annotated[str, Field(pattern=REF_PATTERN)], ...], Query(max_length=BESIDE_MAX)
]

router = Router(tags=["simulations"])

LadderPath = Annotated[str, Path(pattern=REF_PATTERN)]


@router.post(
    "/ladders/{version}/simulate",
    status_code=ACCEPTED,
    also={202: located("It waits for its turn.")},
    scope="ladder:write",
    refuses=(LadderNotFound, ProgrammeUnpublished, SimulationInvalid, SimulationsFull),
)
async def post_simulation(
    version: VersionPath,
    response: Response,
    begin: BeginDep,
    cause: CauseDep,
    body: SimulationBody | None = None,
) -> SimulationView:
    """Ask what this version would have done to all members in a period. The answer names where to
    look. Asked again in the same words while it is open, it is the same simulation. Where it asks
    for the accrual rules and points-svc does not answer, nothing was asked (503).
    """
    asked = body or SimulationBody()
    rules = await ask_accrual_rules(begin, cause) if asked.accrual else ()
    if rules is None:
        raise TryLater(waits_for="points-svc")
    async with begin(cause) as tx:
        ask = asked.ask(version, *_period(asked, tx.now))
        found = await simulate_ladder(tx, str(uuid7()), ask, asked.model_dump_json(), rules)
    response.headers["Location"] = f"/v1/ladders/{found.ladder}/simulations/{found.simulation_id}"
    return simulation_view(found)


@router.get("/ladders/{name}/simulations", scope="standing:read")
async def read_simulations(name: LadderPath, tx: TxDep, page: PageDep) -> SimulationsView:
    """The simulations of a ladder, newest first."""
    before = (datetime.fromisoformat(page.after[0]), page.after[1]) if page.after else None
    found = await list_simulations(tx, name, before, page.limit + 1)
    items, more = found[: page.limit], found[page.limit :]
    after = [items[-1].asked_at.isoformat(), items[-1].simulation_id] if more else None
    return SimulationsView.model_validate(
        page.answer([simulation_view(one, with_result=False) for one in items], after)
    )


@router.get(
    "/ladders/{name}/simulations/{simulation_id}",
    scope="standing:read",
    refuses=(SimulationNotFound,),
)
async def read_simulation(name: LadderPath, simulation_id: IdPath, tx: TxDep) -> SimulationView:
    """How far a simulation is, and what it found once it is done."""
    return simulation_view(await look_at_simulation(tx, name, simulation_id))


@router.post(
    "/ladders/{name}/simulations/{simulation_id}/cancel",
    scope="ladder:write",
    refuses=(SimulationNotFound, SimulationOver),
)
async def post_cancellation(name: LadderPath, simulation_id: IdPath, tx: TxDep) -> SimulationView:
    """Stop a simulation; what it counted so far is no result."""
    return simulation_view(await cancel_simulation(tx, name, simulation_id))


@router.get(
    "/ladders/{name}/simulations/{simulation_id}/moves",
    also={
        200: {"description": "A line each.", "content": {NDJSON: {"schema": {"type": "string"}}}}
    },
    scope="standing:read",
    refuses=(SimulationNotFound,),
    response_class=StreamingResponse,
)
async def read_moves(
    name: LadderPath, simulation_id: IdPath, tx: TxDep, begin: BeginDep, cause: CauseDep
) -> StreamingResponse:
    """Who stands elsewhere in the period, from when to when, as NDJSON in the order of their ids.
    It is streamed; while the simulation runs it has who was found so far.
    """
    await look_at_simulation(tx, name, simulation_id)
    pages = export_moves(begin, cause, simulation_id)
    encode = msgspec.json.encode

    async def answer() -> AsyncIterator[bytes]:
        async for page in pages:
            yield b"".join(encode(move_line(move)) + b"\n" for move in page)

    return StreamingResponse(answer(), media_type=NDJSON)


@router.get(
    "/ladders/{name}/simulations/{simulation_id}/report",
    scope="standing:read",
    refuses=(SimulationNotFound, SimulationUnfinished),
    response_class=HTMLResponse,
)
async def read_report(
    name: LadderPath, simulation_id: IdPath, tx: TxDep, beside: Beside = ()
) -> HTMLResponse:
    """What a simulation found, as a page that needs no network. `beside`: other simulations of the
    ladder, whose drafts are shown next to this one's.
    """
    page = await report_simulation(tx, name, simulation_id, beside)
    return HTMLResponse(page, headers=ALONE)


def _period(asked: SimulationBody, now: datetime) -> tuple[datetime, datetime]:
    """Refusals: Invalid, where it does not lie in the past or is none."""
    to_at = asked.to_at or now
    if to_at > now:
        raise Invalid(FieldError("/to", "out_of_range"))
    from_at = asked.from_at or to_at - A_YEAR
    if from_at >= to_at or from_at.year < EARLIEST_YEAR:
        raise Invalid(FieldError("/from", "out_of_range"))
    return from_at, to_at
