"""What a version of the rules would have brought every member, before anyone is touched (P5)."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import Query, Response
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
from chassis.http.read import NDJSON
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
A_YEAR = timedelta(days=365)
PERIOD_MAX = timedelta(days=3_653)
EARLIEST_YEAR = 1970

BESIDE_MAX = 4
ALONE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
"""A report loads nothing and runs nothing."""

Beside = Annotated[
    tuple[Annotated[str, Field(pattern=REF_PATTERN)], ...], Query(max_length=BESIDE_MAX)
]

TEXT = {"schema": {"type": "string"}}

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
    from_at, to_at = _period(asked, tx.now)
    ask = asked.ask(version, from_at, to_at)
    found = await simulate_rules(tx, str(uuid7()), ask, asked.model_dump_json())
    where = f"/v1/accrual-rules/{version}/simulations/{found.simulation_id}"
    response.headers["Location"] = where
    return simulation_view(found)


@router.get("/accrual-rules/{version}/simulations", scope="reports:read")
async def read_simulations(version: VersionPath, tx: TxDep, page: PageDep) -> SimulationsView:
    """The simulations of a version, newest first."""
    before = (datetime.fromisoformat(page.after[0]), page.after[1]) if page.after else None
    found = await list_simulations(tx, version, before, page.limit + 1)
    items, more = found[: page.limit], found[page.limit :]
    after = [items[-1].asked_at.isoformat(), items[-1].simulation_id] if more else None
    return SimulationsView.model_validate(
        page.answer([simulation_view(one, with_result=False) for one in items], after)
    )


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
    also={
        200: {"description": "A line each.", "content": {NDJSON: {"schema": {"type": "string"}}}}
    },
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
    pages = export_moves(begin, cause, simulation_id)
    encode = msgspec.json.encode

    async def answer() -> AsyncIterator[bytes]:
        async for page in pages:
            yield b"".join(encode(move_line(move)) + b"\n" for move in page)

    return StreamingResponse(answer(), media_type=NDJSON)


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
    page = await report_simulation(tx, version, simulation_id, beside)
    return HTMLResponse(page, headers=ALONE)


def _period(asked: SimulationBody, now: datetime) -> tuple[datetime, datetime]:
    """Refusals: Invalid, where it does not lie in the past, is none or is too long."""
    to_at = asked.to_at or now
    if to_at > now:
        raise Invalid(FieldError("/to", "out_of_range"))
    from_at = asked.from_at or to_at - A_YEAR
    is_none = from_at >= to_at or from_at.year < EARLIEST_YEAR
    if is_none or to_at - from_at > PERIOD_MAX:
        raise Invalid(FieldError("/from", "out_of_range"))
    return from_at, to_at
