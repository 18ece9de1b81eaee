"""What the loader remembers between runs: how far the year was moved, and how far it has posted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec


class Memory(msgspec.Struct):
    """`posted` counts the baskets acknowledged without a gap, per choice of households."""

    weeks: int
    posted: dict[str, int] = {}


class Position:
    """A file that is replaced whole after every batch; a killed loader goes on from it."""

    def __init__(self, file: Path, selection: str, memory: Memory) -> None:
        self._file = file
        self._selection = selection
        self._memory = memory

    @classmethod
    def settle(cls, file: Path, selection: str, last_day: date, end: date) -> Position:
        """What is remembered; else the year's last day comes to lie in the week up to `end`."""
        if file.exists():
            memory = msgspec.json.decode(file.read_bytes(), type=Memory)
        else:
            memory = Memory(weeks=(end - last_day).days // 7)
        position = cls(file, selection, memory)
        position.reach(position.baskets)
        return position

    @property
    def weeks(self) -> int:
        """By how many weeks the year is moved; chosen once."""
        return self._memory.weeks

    @property
    def baskets(self) -> int:
        """How many of this selection's baskets need not be posted again."""
        return self._memory.posted.get(self._selection, 0)

    def reach(self, baskets: int) -> None:
        """Remember that all up to here are acknowledged."""
        self._memory.posted[self._selection] = baskets
        fresh = self._file.with_name(f".{self._file.name}.new")
        fresh.write_bytes(msgspec.json.encode(self._memory))
        fresh.replace(self._file)
