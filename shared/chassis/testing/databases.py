"""Fresh, migrated databases: one server a session, one template a set of migrations, one copy a
test module.
"""

import itertools
import os
import secrets
from pathlib import Path

import asyncpg

from chassis.database import engine
from chassis.migrate import migrate


class Server:
    """A PostgreSQL for tests, by the DSN of its maintenance database."""

    def __init__(self, admin_dsn: str) -> None:
        self.admin_dsn = admin_dsn
        self._prefix = f"t{os.getpid()}_{secrets.token_hex(3)}"
        self._count = itertools.count()
        self._templates: dict[Path, str] = {}
        self._made: list[str] = []

    def dsn(self, name: str) -> str:
        """The DSN of a database of this server."""
        head, _, options = self.admin_dsn.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{options}" if options else "")

    async def fresh(self, migrations: Path) -> str:
        """The DSN of a new database that has all revisions."""
        if migrations not in self._templates:
            self._templates[migrations] = await self._template(migrations)
        return self.dsn(await self._create(f"TEMPLATE {self._templates[migrations]}"))

    async def _template(self, migrations: Path) -> str:
        name = await self._create("TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'")
        database = engine(self.dsn(name), 2)
        await migrate(database, migrations)
        await database.dispose()
        return name

    async def _create(self, how: str) -> str:
        name = f"{self._prefix}_{next(self._count)}"
        await self._admin(f"CREATE DATABASE {name} {how}")
        self._made.append(name)
        return name

    async def drop_all(self) -> None:
        """Drop what was made."""
        for name in self._made:
            await self._admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def _admin(self, statement: str) -> None:
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
