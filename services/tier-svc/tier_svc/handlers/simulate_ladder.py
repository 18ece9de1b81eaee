"""Ask for a simulation of a ladder."""

import hashlib
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from chassis.runs import OPEN_MAX
from chassis.tx import Tx
from tier_svc.domain.accrual import RulesTold, in_force
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.reading import kept_ladder
from tier_svc.domain.refusals import LadderNotFound, ProgrammeUnpublished, SimulationsFull
from tier_svc.domain.scenario import Setting, SimulationAsk, scenario
from tier_svc.domain.simulation_tally import Tally
from tier_svc.domain.simulations import Simulation, State
from tier_svc.store import ladders, programme, publications, simulations


async def simulate_ladder(
    tx: Tx, simulation_id: str, ask: SimulationAsk, named: str, rules: Sequence[RulesTold] = ()
) -> Simulation:
    """The simulation, as it waits for the job; one that was asked for in the same words (`named`)
    and is still open is that one. `rules`: the versions of the accrual rules, where it asks for
    them.

    What is in force is what is in force now, whatever is published while it runs. Refusals:
    LadderNotFound, ProgrammeUnpublished, SimulationInvalid, SimulationsFull.
    """
    await publications.begin_publication(tx)
    draft = await _ladder(tx, ask.version)
    digest = hashlib.sha256(f"{ask.version}\0{named}".encode()).digest()
    opened = await simulations.RUNS.opened(tx)
    for one in opened:
        if one.digest == digest:
            found = await simulations.find_simulation(tx, one.of, one.run_id)
            assert found is not None, "one that is open is there"
            return found
    if len(opened) >= OPEN_MAX:
        raise SimulationsFull(open_max=OPEN_MAX)
    asked = await _asked(tx, simulation_id, ask, draft, in_force(rules, tx.now))
    await simulations.add_simulation(tx, asked, digest)
    return asked


async def _asked(
    tx: Tx, simulation_id: str, ask: SimulationAsk, draft: Ladder, rules: RulesTold | None
) -> Simulation:
    settings = await programme.programme.find(tx)
    if settings is None:
        raise ProgrammeUnpublished
    against = None if ask.against is None else await _ladder(tx, ask.against)
    current = await publications.read_in_force(tx)
    published = current.by_ladder.get(draft.name, ())
    unit_minor = 10 ** settings[1].minor_units
    setting = Setting(published, ZoneInfo(settings[1].zone), unit_minor, rules)
    return Simulation(
        simulation_id,
        draft.name,
        ask.version,
        ask.against,
        ask.migration,
        scenario(ask, setting, draft, against),
        State.WAITING,
        None,
        0,
        "",
        0,
        tx.now,
        tx.cause.actor,
        None,
        Tally(),
    )


async def _ladder(tx: Tx, version: int) -> Ladder:
    row = await ladders.find_ladder(tx, version)
    if row is None:
        raise LadderNotFound
    return kept_ladder(row.written, version)
