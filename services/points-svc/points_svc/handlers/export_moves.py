"""Give out whose points a simulation changes."""

from collections.abc import AsyncIterator, Sequence

from chassis.tx import Begin, Cause
from points_svc.domain.simulations import Move
from points_svc.store import simulations
from points_svc.store.simulation_rows import read_moves


async def export_moves(
    begin: Begin, cause: Cause, simulation_id: str
) -> AsyncIterator[Sequence[Move]]:
    """The members whose points change, by id, page by page. Of a simulation that is not done: those
    found so far.
    """
    async for page in simulations.RUNS.pages(begin, cause, simulation_id):
        yield read_moves(page)
