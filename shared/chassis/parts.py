"""Writes that go together: what PostgreSQL and a driver spend on being asked is more than what they
spend on writing a row, so a few writes are one statement.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from chassis.driver import PARAMETER, STATEMENTS_MAX


class Part(NamedTuple):
    """A write that may go together with others: an INSERT, UPDATE or DELETE that returns nothing,
    its parameters written `:name`.
    """

    sql: str
    params: Mapping[str, Any]


def appending(
    table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], unless_there: bool = False
) -> Part:
    """Append a few rows; `unless_there`: those whose key is free."""
    sql = _insertion(table, tuple(columns), len(rows), unless_there)
    values = (value for row in rows for value in row)
    return Part(sql, {f"v{place}": value for place, value in enumerate(values)})


def joined(parts: Sequence[Part]) -> Part:
    """One statement that does them all and answers, in one row, how many rows each wrote. Each sees
    what was there before the statement, none sees what another writes.
    """
    params = {
        f"{name}_{place}": value
        for place, part in enumerate(parts)
        for name, value in part.params.items()
    }
    return Part(_joined(tuple(part.sql for part in parts)), params)


@lru_cache(maxsize=STATEMENTS_MAX)
def _insertion(table: str, columns: tuple[str, ...], rows: int, unless_there: bool) -> str:
    width = len(columns)
    places = [
        ", ".join(f":v{row * width + place}" for place in range(width)) for row in range(rows)
    ]
    values = ", ".join(f"({one})" for one in places)
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values}"  # noqa: S608 — names of our own
    return f"{sql} ON CONFLICT DO NOTHING" if unless_there else sql


@lru_cache(maxsize=STATEMENTS_MAX)
def _joined(parts: tuple[str, ...]) -> str:
    """What is written in WITH is carried out once and to its end, whoever reads of it."""
    named = [PARAMETER.sub(rf":\1_{place}", sql) for place, sql in enumerate(parts)]
    writes = ", ".join(f"part_{place} AS ({sql} RETURNING 1)" for place, sql in enumerate(named))
    counts = ", ".join(
        f"(SELECT count(*) FROM part_{place})"  # noqa: S608 — statements of our own
        for place in range(len(named))
    )
    return f"WITH {writes} SELECT {counts}"
