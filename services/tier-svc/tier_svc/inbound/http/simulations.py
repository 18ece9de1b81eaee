"""What a ladder would have done to every member, before anyone is touched (T7)."""

from functools import partial
from typing import Annotated

from fastapi import Path, Response
from starlette.responses import HTMLResponse, StreamingResponse
from uuid_utils import uuid7

from chassis.http import (
    BeginDep,
    CauseDep,
    IdPath,
    PageDep,
    Router,
    TxDep,
    located,
)
from chassis.http.bodies import REF_PATTERN
from chassis.http.problems import TryLater
from chassis.http.reporting import STREAMED, Beside, html_alone, past_period, streamed
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
        ask = asked.ask(version, *past_period(asked.from_at, asked.to_at, tx.now))
        found = await simulate_ladder(tx, str(uuid7()), ask, asked.model_dump_json(), rules)
    response.headers["Location"] = f"/v1/ladders/{found.ladder}/simulations/{found.simulation_id}"
    return simulation_view(found)


@router.get("/ladders/{name}/simulations", scope="reports:read")
async def read_simulations(name: LadderPath, tx: TxDep, page: PageDep) -> SimulationsView:
    """The simulations of a ladder, newest first."""
    found = await list_simulations(tx, name, page.before, page.wanted)
    view = partial(simulation_view, with_result=False)
    listed = page.show(found, view, lambda one: (one.asked_at, one.simulation_id))
    return SimulationsView.model_validate(listed)


@router.get(
    "/ladders/{name}/simulations/{simulation_id}",
    scope="reports:read",
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
    also=STREAMED,
    scope="reports:read",
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
    return streamed(export_moves(begin, cause, simulation_id), move_line)


@router.get(
    "/ladders/{name}/simulations/{simulation_id}/report",
    scope="reports:read",
    refuses=(SimulationNotFound, SimulationUnfinished),
    response_class=HTMLResponse,
)
async def read_report(
    name: LadderPath, simulation_id: IdPath, tx: TxDep, beside: Beside = ()
) -> HTMLResponse:
    """What a simulation found, as a page that needs no network. `beside`: other simulations of the
    ladder, whose drafts are shown next to this one's.
    """
    return html_alone(await report_simulation(tx, name, simulation_id, beside))
