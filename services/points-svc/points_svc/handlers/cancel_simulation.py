"""Stop a simulation."""

from chassis.tx import Tx
from points_svc.domain.simulation_refusals import SimulationOver
from points_svc.domain.simulations import Simulation
from points_svc.handlers.look_at_simulation import look_at_simulation
from points_svc.store import simulations


async def cancel_simulation(tx: Tx, version: int, simulation_id: str) -> Simulation:
    """The simulation, which goes no further. Refusals: SimulationNotFound, SimulationOver."""
    before = await look_at_simulation(tx, version, simulation_id)
    if not await simulations.RUNS.cancel(tx, simulation_id):
        ended_at = before.ended_at.isoformat() if before.ended_at else ""
        raise SimulationOver(ended_at=ended_at)
    return await look_at_simulation(tx, version, simulation_id)
