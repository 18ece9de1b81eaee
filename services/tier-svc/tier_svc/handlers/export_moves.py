"""Give out who moves in a simulation."""

from collections.abc import AsyncIterator, Sequence

from chassis.tx import Begin, Cause
from tier_svc.domain.simulations import Move
from tier_svc.store import simulations
from tier_svc.store.simulation_rows import read_moves


async def export_moves(
    begin: Begin, cause: Cause, simulation_id: str
) -> AsyncIterator[Sequence[Move]]:
    """Those who stand elsewhere at some time of the period, by id, page by page. Of a simulation
    that is not done: those found so far.
    """
    async for page in simulations.RUNS.pages(begin, cause, simulation_id):
        yield read_moves(page)
