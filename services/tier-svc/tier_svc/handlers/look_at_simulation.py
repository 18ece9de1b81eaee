"""What a simulation has come to."""

from chassis.tx import Tx
from tier_svc.domain.refusals import SimulationNotFound
from tier_svc.domain.simulations import Simulation
from tier_svc.store import simulations


async def look_at_simulation(tx: Tx, ladder: str, simulation_id: str) -> Simulation:
    """One simulation of a ladder, as far as it is. Refusals: SimulationNotFound."""
    found = await simulations.find_simulation(tx, ladder, simulation_id)
    if found is None:
        raise SimulationNotFound
    return found
