"""Stop a simulation."""

from chassis.tx import Tx
from tier_svc.domain.refusals import SimulationOver
from tier_svc.domain.simulations import Simulation
from tier_svc.handlers.look_at_simulation import look_at_simulation
from tier_svc.store import simulations


async def cancel_simulation(tx: Tx, ladder: str, simulation_id: str) -> Simulation:
    """The simulation, which goes no further. Refusals: SimulationNotFound, SimulationOver."""
    before = await look_at_simulation(tx, ladder, simulation_id)
    if not await simulations.RUNS.cancel(tx, simulation_id):
        ended_at = before.ended_at.isoformat() if before.ended_at else ""
        raise SimulationOver(ended_at=ended_at)
    return await look_at_simulation(tx, ladder, simulation_id)
