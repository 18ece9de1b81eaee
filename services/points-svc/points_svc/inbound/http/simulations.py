"""What a version of the rules would have brought every member, before anyone is touched (P5)."""

from datetime import timedelta
from functools import partial

from fastapi import Response
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
from chassis.http.reporting import STREAMED, Beside, html_alone, past_period, streamed
from points_svc.domain.refusals import RulesNotFound, SettingsUnpublished
from points_svc.domain.simulation_refusals import (
    SimulationInvalid,
    SimulationNotFound,
    SimulationOver,
    SimulationsFull,
    SimulationUnfinished,
)
from points_svc.handlers.cancel_simulation import cancel_simulation
from points_svc.handlers.export_moves import export_moves
from points_svc.handlers.list_simulations import list_simulations
from points_svc.handlers.look_at_simulation import look_at_simulation
from points_svc.handlers.report_simulation import report_simulation
from points_svc.handlers.simulate_rules import simulate_rules
from points_svc.inbound.http.rules import VersionPath
from points_svc.inbound.http.simulation_views import (
    SimulationBody,
    SimulationsView,
    SimulationView,
    move_line,
    simulation_view,
)

ACCEPTED = 202
PERIOD_MAX = timedelta(days=3_653)

router = Router(tags=["accrual-rules"])


@router.post(
    "/accrual-rules/{version}/simulate",
    status_code=ACCEPTED,
    also={ACCEPTED: located("It waits for its turn.")},
    scope="rules:write",
    refuses=(RulesNotFound, SettingsUnpublished, SimulationInvalid, SimulationsFull),
)
async def post_simulation(
    version: VersionPath, tx: TxDep, response: Response, body: SimulationBody | None = None
) -> SimulationView:
    """Ask what this version would have brought all members in a period. The answer names where to
    look. Asked again in the same words while it is open, it is the same simulation.
    """
    asked = body or SimulationBody()
    from_at, to_at = past_period(asked.from_at, asked.to_at, tx.now, PERIOD_MAX)
    ask = asked.ask(version, from_at, to_at)
    found = await simulate_rules(tx, str(uuid7()), ask, asked.model_dump_json())
    where = f"/v1/accrual-rules/{version}/simulations/{found.simulation_id}"
    response.headers["Location"] = where
    return simulation_view(found)


@router.get("/accrual-rules/{version}/simulations", scope="reports:read")
async def read_simulations(version: VersionPath, tx: TxDep, page: PageDep) -> SimulationsView:
    """The simulations of a version, newest first."""
    found = await list_simulations(tx, version, page.before, page.wanted)
    view = partial(simulation_view, with_result=False)
    listed = page.show(found, view, lambda one: (one.asked_at, one.simulation_id))
    return SimulationsView.model_validate(listed)


@router.get(
    "/accrual-rules/{version}/simulations/{simulation_id}",
    scope="reports:read",
    refuses=(SimulationNotFound,),
)
async def read_simulation(version: VersionPath, simulation_id: IdPath, tx: TxDep) -> SimulationView:
    """How far a simulation is, and what it found once it is done."""
    return simulation_view(await look_at_simulation(tx, version, simulation_id))


@router.post(
    "/accrual-rules/{version}/simulations/{simulation_id}/cancel",
    scope="rules:write",
    refuses=(SimulationNotFound, SimulationOver),
)
async def post_cancellation(
    version: VersionPath, simulation_id: IdPath, tx: TxDep
) -> SimulationView:
    """Stop a simulation; what it counted so far is no result."""
    return simulation_view(await cancel_simulation(tx, version, simulation_id))


@router.get(
    "/accrual-rules/{version}/simulations/{simulation_id}/moves",
    also=STREAMED,
    scope="reports:read",
    refuses=(SimulationNotFound,),
    response_class=StreamingResponse,
)
async def read_moves(
    version: VersionPath, simulation_id: IdPath, tx: TxDep, begin: BeginDep, cause: CauseDep
) -> StreamingResponse:
    """Whose points would change, with sums by point type, as NDJSON in the order of their ids. It
    is streamed; while the simulation runs it has who was found so far.
    """
    await look_at_simulation(tx, version, simulation_id)
    return streamed(export_moves(begin, cause, simulation_id), move_line)


@router.get(
    "/accrual-rules/{version}/simulations/{simulation_id}/report",
    scope="reports:read",
    refuses=(SimulationNotFound, SimulationUnfinished),
    response_class=HTMLResponse,
)
async def read_report(
    version: VersionPath, simulation_id: IdPath, tx: TxDep, beside: Beside = ()
) -> HTMLResponse:
    """What a simulation found, as a page that needs no network. `beside`: other simulations, of
    this version or another, that are shown next to it.
    """
    return html_alone(await report_simulation(tx, version, simulation_id, beside))
