"""Ask for a simulation of a version of the rules."""

import hashlib

from chassis.runs import OPEN_MAX
from chassis.tx import Tx
from points_svc.domain.refusals import RulesNotFound, SettingsUnpublished
from points_svc.domain.scenario import SimulationAsk
from points_svc.domain.simulation_refusals import SimulationsFull
from points_svc.domain.simulations import Simulation
from points_svc.handlers.look_at_simulation import look_at_simulation
from points_svc.store import programme, simulations
from points_svc.store.simulation_rows import row_of, scenario_of


async def simulate_rules(tx: Tx, simulation_id: str, ask: SimulationAsk, named: str) -> Simulation:
    """The simulation, as it waits for the job; one that was asked for in the same words (`named`)
    and is still open is that one.

    What is in force is what is in force now, whatever is published while it runs. Refusals:
    RulesNotFound, SettingsUnpublished, SimulationInvalid, SimulationsFull.
    """
    await programme.lock_rules(tx)
    for version in (ask.version, ask.against or ask.version):
        if await programme.find_rules(tx, version) is None:
            raise RulesNotFound
    digest = hashlib.sha256(f"{ask.version}\0{named}".encode()).digest()
    opened = await simulations.RUNS.opened(tx)
    for one in opened:
        if one.digest == digest:
            return await look_at_simulation(tx, one.of, one.run_id)
    if len(opened) >= OPEN_MAX:
        raise SimulationsFull(open_max=OPEN_MAX)
    settings = await programme.programme.find(tx)
    if settings is None:
        raise SettingsUnpublished
    in_force = [one.version for one in (await programme.rule_book(tx)).versions]
    row = row_of(ask, in_force, settings[1])
    scenario_of(row, await simulations.version_rows(tx, row.versions)).demand_known()
    await simulations.add_simulation(tx, simulation_id, row, digest)
    return await look_at_simulation(tx, ask.version, simulation_id)
