"""The four databases, on the embedded PostgreSQL or on one that is given."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

import asyncpg


class ForeignDatabase(RuntimeError):
    """A database of this name belongs to another installation."""


def sibling(dsn: str, database: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))


async def prepare(dsn: str, names: Iterable[str], installation: str) -> dict[str, str]:
    """Make what is missing and return a DSN per name.

    Raises ForeignDatabase where one carries another installation's mark.
    """
    mark = f"laurel installation {installation}"
    connection = await asyncpg.connect(dsn)
    try:
        for name in names:
            await _ensure(connection, name, mark)
    finally:
        await connection.close()
    return {name: sibling(dsn, name) for name in names}


async def _ensure(connection: asyncpg.Connection, name: str, mark: str) -> None:
    row = await connection.fetchrow(
        "SELECT shobj_description(oid, 'pg_database') AS mark FROM pg_database WHERE datname = $1",
        name,
    )
    if row is None:
        await connection.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    elif row["mark"] not in (None, mark):
        raise ForeignDatabase(f"database {name} belongs to another installation")
    if row is None or row["mark"] is None:
        await connection.execute(f"COMMENT ON DATABASE {name} IS '{mark}'")
