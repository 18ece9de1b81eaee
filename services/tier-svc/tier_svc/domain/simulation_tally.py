"""What a simulation counts: sums that any number of members fit in, and what is read from them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tier_svc.domain.scenario import Scenario
from tier_svc.domain.simulation import Seen

SEGMENTS_MAX = 200
OTHERS = "(others)"
"""Where members of further segments are counted together."""


class Cell(NamedTuple):
    """Members of one segment and spend band who go from one tier to one other by the end."""

    segment: str
    band_minor: int
    before: str
    after: str


class Sums(NamedTuple):
    """`moved`: members who stand elsewhere at any time of the period; `up` and `down`: at its end.

    Spend and costs in minor units.
    """

    members: int = 0
    moved: int = 0
    up: int = 0
    down: int = 0
    spend_minor: int = 0
    points_before: int = 0
    points_after: int = 0
    benefit_before_minor: int = 0
    benefit_after_minor: int = 0

    def plus(self, other: "Sums") -> "Sums":
        """Both together."""
        return Sums(*(one + two for one, two in zip(self, other, strict=True)))


Spread = Mapping[str, int]
"""How many members stand in each tier."""


@dataclass
class Tally:
    """Everything that was counted so far. `spreads`: for each instant that is looked at, how many
    members stand where, before and after.
    """

    cells: dict[Cell, Sums] = field(default_factory=dict)
    spreads: list[tuple[Counter[str], Counter[str]]] = field(default_factory=list)
    _segments: set[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        self._segments = {cell.segment for cell in self.cells} - {OTHERS}

    def add(self, scenario: Scenario, seen: Seen) -> None:
        """Count one more member."""
        for (was, now), tiers in zip(self._spread(len(seen.tiers)), seen.tiers, strict=True):
            if tiers is not None:
                was[tiers[0]] += 1
                now[tiers[1]] += 1
        cell = Cell(seen.segment, seen.band_minor, seen.before, seen.after)
        self._count(cell, _sums(scenario, seen))

    def join(self, other: "Tally") -> None:
        """Count all that another one has counted."""
        for cell, sums in other.cells.items():
            self._count(cell, sums)
        for mine, its in zip(self._spread(len(other.spreads)), other.spreads, strict=True):
            for counts, more in zip(mine, its, strict=True):
                counts.update(more)

    def _spread(self, instants: int) -> list[tuple[Counter[str], Counter[str]]]:
        if not self.spreads:
            self.spreads = [(Counter(), Counter()) for _ in range(instants)]
        return self.spreads

    def _count(self, cell: Cell, sums: Sums) -> None:
        cell = cell._replace(segment=self._segment(cell.segment))
        self.cells[cell] = self.cells.get(cell, Sums()).plus(sums)

    def _segment(self, named: str) -> str:
        if named not in self._segments and len(self._segments) < SEGMENTS_MAX:
            self._segments.add(named)
        return named if named in self._segments else OTHERS

    def by(self, *names: str) -> Iterator[tuple[tuple[Any, ...], Sums]]:
        """Sums by some of a cell's names, in their order; by none: all together."""
        out: dict[tuple[Any, ...], Sums] = {}
        for cell, sums in self.cells.items():
            key = tuple(getattr(cell, name) for name in names)
            out[key] = out.get(key, Sums()).plus(sums)
        yield from sorted(out.items())

    @property
    def total(self) -> Sums:
        """All members."""
        return next((sums for _, sums in self.by()), Sums())

    def written(self) -> dict[str, Any]:
        """As it is kept between two rounds."""
        return {
            "cells": [[*cell, *sums] for cell, sums in sorted(self.cells.items())],
            "spreads": [[dict(was), dict(now)] for was, now in self.spreads],
        }


def read_tally(written: Mapping[str, Any]) -> Tally:
    """A tally as it was kept."""
    size = len(Cell._fields)
    cells = {Cell(*row[:size]): Sums(*row[size:]) for row in written.get("cells", ())}
    spreads: Iterable[Sequence[Spread]] = written.get("spreads", ())
    return Tally(cells, [(Counter(was), Counter(now)) for was, now in spreads])


def _sums(scenario: Scenario, seen: Seen) -> Sums:
    steps = scenario.steps(seen.before, seen.after)
    return Sums(
        1,
        int(bool(seen.stretches)),
        int(steps > 0),
        int(steps < 0),
        seen.spend_minor,
        seen.cost_before.points,
        seen.cost_after.points,
        seen.cost_before.benefit_minor,
        seen.cost_after.benefit_minor,
    )
