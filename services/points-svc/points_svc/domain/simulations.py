"""A simulation: what was asked, how far it has come, and what it has counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from points_svc.domain.scenario import Scenario
from points_svc.domain.simulation import Stretch, Walk
from points_svc.domain.simulation_tally import Sums, Tally
from points_svc.domain.standings import Standing

NOTHING = Sums()


class State(StrEnum):
    """Open while it waits or runs."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Simulation:
    """One simulation. `members` is empty until they were counted; `last_member` is the last that
    was looked at. `against` is empty where it is compared with what is in force.
    """

    simulation_id: str
    version: int
    against: int | None
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
    """A member whose points change, with sums by point type."""

    member_id: str
    sums: Mapping[str, Sums]


class Round:
    """What one round has found so far, on top of what was counted before; `moves`: who moves, in
    the order of their ids.
    """

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.moves: list[Move] = []
        self.facts = 0
        self._walk: Walk | None = None
        self._sums: dict[str, Sums] = {}

    def look(self, scenario: Scenario, standing: Standing, facts: Stretch) -> None:
        """More facts of the member in hand, or the first of the next."""
        if self._walk is None or self._walk.member_id != facts.member_id:
            self.leave()
            self._walk = Walk(scenario, facts.member_id, standing)
        for past in facts.pasts:
            self.facts += 1
            for seen in self._walk.look(past):
                added = self.tally.add(seen)
                so_far = self._sums.get(seen.point_type, NOTHING)
                self._sums[seen.point_type] = so_far.plus(added)

    def leave(self) -> None:
        """All facts of the member in hand have been looked at."""
        if self._walk is None:
            return
        self.tally.add_member(self._walk.member_id, self._sums)
        if any(one.changed for one in self._sums.values()):
            self.moves.append(Move(self._walk.member_id, self._sums))
        self._walk, self._sums = None, {}


def budgets(scenario: Scenario) -> Sequence[tuple[str, str, int]]:
    """The budgets of the side after: campaign, point type, points."""
    return [
        (campaign.name, rule.point_type, campaign.budget)
        for version in scenario.after.versions
        for rule in version.points
        for campaign in rule.campaigns.ranked
    ]
