"""Show what a simulation found."""

from collections.abc import Sequence

from chassis.tx import Tx
from tier_svc.domain.refusals import SimulationUnfinished
from tier_svc.domain.report import report
from tier_svc.domain.simulations import Simulation, State
from tier_svc.handlers.look_at_simulation import look_at_simulation
from tier_svc.store.programme import programme


async def report_simulation(tx: Tx, ladder: str, simulation_id: str, beside: Sequence[str]) -> str:
    """The page of a simulation, next to others of the same ladder. Raises Unpublished. Refusals:
    SimulationNotFound, SimulationUnfinished.
    """
    found = await _done(tx, ladder, simulation_id)
    others = [await _done(tx, ladder, other) for other in beside]
    _, settings = await programme.current(tx)
    return report(found, others, settings.currency)


async def _done(tx: Tx, ladder: str, simulation_id: str) -> Simulation:
    found = await look_at_simulation(tx, ladder, simulation_id)
    if found.state is not State.DONE:
        raise SimulationUnfinished(state=str(found.state))
    return found
