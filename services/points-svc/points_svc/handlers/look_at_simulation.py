"""What a simulation has come to."""

from chassis.tx import Tx
from points_svc.domain.simulation_refusals import SimulationNotFound
from points_svc.domain.simulations import Simulation
from points_svc.store import simulations


async def look_at_simulation(tx: Tx, version: int, simulation_id: str) -> Simulation:
    """One simulation of a version, as far as it is. Refusals: SimulationNotFound."""
    found = await simulations.find_simulation(tx, version, simulation_id)
    if found is None:
        raise SimulationNotFound
    return found
