"""What a simulation counts: sums that any number of facts fit in."""

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from points_svc.domain.breakdown import Part
from points_svc.domain.simulation import Seen

MOST_MAX = 20
"""How many of those who gain most are named, and of those who lose most."""

EDGES: tuple[int, ...] = (0, *(step * 10**power for power in range(10) for step in (1, 2, 5)))
"""Where bands of changes begin, either way: 0, 1, 2, 5, 10, 20, 50 …"""


class Sums(NamedTuple):
    """Points of some facts: as they stand in the ledger, and on both sides. `changed`: facts that
    the sides rate otherwise.
    """

    facts: int = 0
    changed: int = 0
    posted: int = 0
    before: int = 0
    after: int = 0

    def plus(self, other: "Sums") -> "Sums":
        """Both together."""
        return Sums(*(one + two for one, two in zip(self, other, strict=True)))

    @property
    def change(self) -> int:
        """Points more on the side after."""
        return self.after - self.before


class Cell(NamedTuple):
    """Facts of one point type in a month of the programme's zone, rated by one tier before."""

    point_type: str
    month: str
    tier: str


class Touched(NamedTuple):
    """A member whose points change. Sorts by how much."""

    change: int
    member_id: str
    posted: int
    before: int
    after: int


@dataclass
class Members:
    """The members who have facts of a point type. `bands` count them by their change; `most` has
    those who gain or lose most.
    """

    members: int = 0
    up: int = 0
    down: int = 0
    bands: Counter[int] = field(default_factory=Counter)
    gained: list[Touched] = field(default_factory=list)
    lost: list[Touched] = field(default_factory=list)

    def add(self, member_id: str, sums: Sums) -> None:
        """One more member."""
        change = sums.change
        self.members += 1
        self.up += int(change > 0)
        self.down += int(change < 0)
        self.bands[band_of(change)] += 1
        touched = Touched(change, member_id, sums.posted, sums.before, sums.after)
        if change > 0:
            insort(self.gained, touched, key=lambda one: (-one.change, one.member_id))
            del self.gained[MOST_MAX:]
        elif change < 0:
            insort(self.lost, touched, key=lambda one: (one.change, one.member_id))
            del self.lost[MOST_MAX:]


class Asked(NamedTuple):
    """A campaign of the side after, and the points that are asked of it."""

    campaign: str
    point_type: str


@dataclass
class Tally:
    """Everything that was counted so far. `asked`: of each campaign, what its facts of a day ask
    for.
    """

    cells: dict[Cell, Sums] = field(default_factory=dict)
    parts: dict[tuple[str, Part], tuple[int, int]] = field(default_factory=dict)
    members: dict[str, Members] = field(default_factory=dict)
    asked: dict[Asked, Counter[str]] = field(default_factory=dict)

    def add(self, seen: Seen) -> Sums:
        """Count a fact in one point type; answers what it adds."""
        before, after = seen.before, seen.after
        has_changed = int(before.points != after.points)
        sums = Sums(1, has_changed, seen.posted, before.points, after.points)
        cell = Cell(seen.point_type, f"{seen.day:%Y-%m}", seen.tier)
        self.cells[cell] = self.cells.get(cell, Sums()).plus(sums)
        for part in {**before.parts, **after.parts}:
            was, now = self.parts.get((seen.point_type, part), (0, 0))
            more = (was + before.parts.get(part, 0), now + after.parts.get(part, 0))
            self.parts[seen.point_type, part] = more
        for campaign, points in after.asked.items():
            days = self.asked.setdefault(Asked(campaign, seen.point_type), Counter())
            days[f"{seen.day}"] += points
        return sums

    def add_member(self, member_id: str, by_type: Mapping[str, Sums]) -> None:
        """Count a member, whose facts have been counted."""
        for point_type, sums in by_type.items():
            self.members.setdefault(point_type, Members()).add(member_id, sums)

    def by(self, *names: str) -> Iterator[tuple[tuple[str, ...], Sums]]:
        """Sums by some of a cell's names, in their order."""
        out: dict[tuple[str, ...], Sums] = {}
        for cell, sums in self.cells.items():
            key = tuple(getattr(cell, name) for name in names)
            out[key] = out.get(key, Sums()).plus(sums)
        yield from sorted(out.items())

    def total(self, point_type: str) -> Sums:
        """All facts of a point type."""
        return dict(self.by("point_type")).get((point_type,), Sums())

    def members_of(self, point_type: str) -> Members:
        """Those who have facts of a point type."""
        return self.members.get(point_type, Members())

    def days_of(self, campaign: str, point_type: str) -> Mapping[str, int]:
        """What a campaign was asked for, by day."""
        return self.asked.get(Asked(campaign, point_type), Counter())

    def written(self) -> dict[str, Any]:
        """As it is kept between two rounds."""
        return {
            "cells": [[*cell, *sums] for cell, sums in sorted(self.cells.items())],
            "parts": [[name, *part, *both] for (name, part), both in sorted(self.parts.items())],
            "members": {name: _members_written(one) for name, one in self.members.items()},
            "asked": [[*asked, dict(days)] for asked, days in sorted(self.asked.items())],
        }


def band_of(change: int) -> int:
    """The edge nearest to zero of the band that a change falls into."""
    edge: int = EDGES[bisect_right(EDGES, abs(change)) - 1]
    return edge if change >= 0 else -edge


def band(edge: int) -> tuple[int, int]:
    """The least and the greatest change of a band; the last bands reach as far as there are
    points.
    """
    place = EDGES.index(abs(edge))
    far = EDGES[place + 1] - 1 if place + 1 < len(EDGES) else 10**10 - 1
    return (abs(edge), far) if edge >= 0 else (-far, edge)


def runs_out_on(days: Mapping[str, int], budget: int) -> str | None:
    """The day on which more has been asked for than the budget has; None: it bears everything."""
    asked = 0
    for day in sorted(days):
        asked += days[day]
        if asked > budget:
            return day
    return None


def read_tally(written: Mapping[str, Any]) -> Tally:
    """A tally as it was kept."""
    size = len(Cell._fields)
    return Tally(
        {Cell(*row[:size]): Sums(*row[size:]) for row in written.get("cells", ())},
        {
            (name, Part(phase, rule)): (was, now)
            for name, phase, rule, was, now in written.get("parts", ())
        },
        {name: _read_members(row) for name, row in written.get("members", {}).items()},
        {Asked(campaign, name): Counter(days) for campaign, name, days in written.get("asked", ())},
    )


def _members_written(one: Members) -> Sequence[Any]:
    return [one.members, one.up, one.down, sorted(one.bands.items()), one.gained, one.lost]


def _read_members(row: Iterable[Any]) -> Members:
    members, up, down, bands, gained, lost = row
    most = ([Touched(*each) for each in side] for side in (gained, lost))
    return Members(members, up, down, Counter(dict(bands)), *most)
