"""A simulation: what was asked, how far it has come, and what it has counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tier_svc.domain.grounds import Migration
from tier_svc.domain.publications import Known
from tier_svc.domain.scenario import Scenario
from tier_svc.domain.simulation import Seen, Stretch, see
from tier_svc.domain.simulation_tally import Tally


class State(StrEnum):
    """Open while it waits or runs."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


OPEN = (State.WAITING, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Simulation:
    """One simulation. `members` is empty until they were counted; `last_member` is the last that
    was looked at. `against` is empty where it is compared with what is in force.
    """

    simulation_id: str
    ladder: str
    version: int
    against: int | None
    migration: Migration | None
    scenario: Scenario
    state: State
    members: int | None
    members_done: int
    last_member: str
    pages: int
    asked_at: datetime
    asked_by: str
    ended_at: datetime | None
    tally: Tally


class Move(NamedTuple):
    """A member who stands elsewhere at some time of the period; `before` and `after` at its end."""

    member_id: str
    segment: str
    band_minor: int
    spend_minor: int
    before: str
    after: str
    stretches: Sequence[Stretch]


@dataclass(frozen=True, slots=True)
class Round:
    """What one round brought: those who move, in the order of their ids."""

    tally: Tally
    moves: Sequence[Move]


class Part(NamedTuple):
    """The members that a round has looked at: what it brought, how many they are, the last of them,
    and whether none is left.
    """

    found: Round
    members: int
    last_member: str
    is_last: bool


def look_at(scenario: Scenario, found: Round, member: Known) -> Round:
    """One more member; the tally of what was found so far goes on in the answer."""
    seen = see(scenario, member)
    if seen is None:
        return found
    found.tally.add(scenario, seen)
    return Round(found.tally, (*found.moves, _move(seen))) if seen.stretches else found


def together(one: Round, other: Round) -> Round:
    """What two parts of the same members brought; the first one's tally goes on in the answer."""
    one.tally.join(other.tally)
    return Round(one.tally, sorted((*one.moves, *other.moves)))


def _move(seen: Seen) -> Move:
    return Move(
        seen.member_id,
        seen.segment,
        seen.band_minor,
        seen.spend_minor,
        seen.before,
        seen.after,
        seen.stretches,
    )
