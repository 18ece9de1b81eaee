"""When points-svc says no to a simulation.

Refusal
├── SimulationNotFound     404  this version has no such simulation, or it was forgotten
├── SimulationInvalid      422  `errors` names each place and code
├── SimulationsFull        409  as many simulations are open as may be at one time; `open_max`
├── SimulationOver         409  there is nothing left to cancel; `ended_at`
└── SimulationUnfinished   409  there is no result to report; `state` says why
"""

from typing import ClassVar

from contracts.refusal import Refusal


class SimulationNotFound(Refusal):
    """There is no such simulation here, or it was forgotten after its time."""

    code: ClassVar[str] = "simulation_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such simulation."


class SimulationInvalid(Refusal):
    """What is asked cannot be simulated; `errors` names each place and code."""

    code: ClassVar[str] = "simulation_invalid"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "This cannot be simulated as it is asked."


class SimulationsFull(Refusal):
    """So many are open already; `open_max` is how many may be."""

    code: ClassVar[str] = "simulations_full"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Too many simulations are open: wait for one, or cancel it."


class SimulationOver(Refusal):
    """It ended at `ended_at`."""

    code: ClassVar[str] = "simulation_over"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This simulation is over."


class SimulationUnfinished(Refusal):
    """It has no result, not yet or never: `state` is waiting, running, cancelled or failed."""

    code: ClassVar[str] = "simulation_unfinished"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This simulation is not done."
