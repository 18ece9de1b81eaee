"""Show what a simulation found."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.report import report
from points_svc.domain.simulation_refusals import SimulationNotFound, SimulationUnfinished
from points_svc.domain.simulations import Simulation, State
from points_svc.handlers.look_at_simulation import look_at_simulation
from points_svc.store import simulations


async def report_simulation(tx: Tx, version: int, simulation_id: str, beside: Sequence[str]) -> str:
    """The page of a simulation, next to others of any version. Refusals: SimulationNotFound,
    SimulationUnfinished.
    """
    found = await look_at_simulation(tx, version, simulation_id)
    others = [await _named(tx, other) for other in beside]
    for one in (found, *others):
        if one.state is not State.DONE:
            raise SimulationUnfinished(state=str(one.state))
    return report(found, others)


async def _named(tx: Tx, simulation_id: str) -> Simulation:
    version = await simulations.version_of(tx, simulation_id)
    if version is None:
        raise SimulationNotFound
    return await look_at_simulation(tx, version, simulation_id)
