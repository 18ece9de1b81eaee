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

    `waits`: it is an INSERT … SELECT without a WHERE, and writes nothing unless each guard before
    it wrote a row. So who lost a race hits no key that the winner took; a key that is taken where
    the guards hold is an error, as it should be.
    """

    sql: str
    params: Mapping[str, Any]
    waits: bool = False


def appending(table: str, columns: Sequence[str], row: Sequence[Any]) -> Part:
    """Append a row; it waits."""
    sql = _insertion(table, tuple(columns))
    return Part(sql, {f"v{place}": value for place, value in enumerate(row)}, waits=True)


def joined(parts: Sequence[Part], guards: int = 0) -> Part:
    """One statement that does them all and answers, in one row, how many rows each wrote. Each sees
    what was there before the statement, none sees what another writes. The first `guards` parts are
    what waiting ones wait for.
    """
    params = {
        f"{name}_{place}": value
        for place, part in enumerate(parts)
        for name, value in part.params.items()
    }
    return Part(_joined(tuple((part.sql, part.waits) for part in parts), guards), params)


@lru_cache(maxsize=STATEMENTS_MAX)
def _insertion(table: str, columns: tuple[str, ...]) -> str:
    values = ", ".join(f":v{place}" for place in range(len(columns)))
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"


@lru_cache(maxsize=STATEMENTS_MAX)
def _joined(parts: tuple[tuple[str, bool], ...], guards: int) -> str:
    """What is written in WITH is carried out once and to its end, whoever reads of it; what reads
    how much another wrote is carried out after it.
    """
    counts = [
        f"(SELECT count(*) FROM part_{place})"  # noqa: S608 — statements of our own
        for place in range(len(parts))
    ]
    held = " AND ".join(f"{count} > 0" for count in counts[:guards]) or "true"
    named = [
        (PARAMETER.sub(rf":\1_{place}", sql), f" WHERE {held}" if waits else "")
        for place, (sql, waits) in enumerate(parts)
    ]
    writes = ", ".join(
        f"part_{place} AS ({sql}{where} RETURNING 1)" for place, (sql, where) in enumerate(named)
    )
    return f"WITH {writes} SELECT {', '.join(counts)}"
