"""Brings a database to the newest revision: the chassis's own first, then the service's; one
process at a time.

Revisions are hand-written SQL in files with Alembic's `revision`, `down_revision` and `upgrade`. A
database that a newer release has brought further is left as it is: during a rollout both run, and
the older one may be started again.
"""

from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.runtime.migration import RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

CHASSIS = Path(__file__).parent / "migrations" / "versions"
LOCK = 7_205_759_403


async def migrate(engine: AsyncEngine, service_migrations: Path) -> None:
    """Apply what is missing, in one transaction, serialised by an advisory lock."""
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        await connection.run_sync(_upgrade, CHASSIS, "chassis_version")
        await connection.run_sync(_upgrade, service_migrations / "versions", "service_version")


async def pending(engine: AsyncEngine, service_migrations: Path) -> list[str]:
    """The revisions that are not applied yet."""
    async with engine.connect() as connection:
        chassis = await connection.run_sync(_pending, CHASSIS, "chassis_version")
        service = await connection.run_sync(
            _pending, service_migrations / "versions", "service_version"
        )
    return chassis + service


def scripts(versions: Path) -> ScriptDirectory:
    """The revisions of a folder."""
    return ScriptDirectory(str(versions.parent), version_locations=[str(versions)])


def _context(connection: Connection, table: str) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"version_table": table})


def _pending(connection: Connection, versions: Path, table: str) -> list[str]:
    applied = set(_context(connection, table).get_current_heads())
    order = _order(versions)
    if not applied.issubset(order):
        return []
    done = max((order.index(head) + 1 for head in applied), default=0)
    return order[done:]


def _order(versions: Path) -> list[str]:
    return [revision.revision for revision in reversed(list(scripts(versions).walk_revisions()))]


def _upgrade(connection: Connection, versions: Path, table: str) -> None:
    if not _pending(connection, versions, table):
        return
    directory = scripts(versions)

    def steps(current: Any, _: MigrationContext) -> list[RevisionStep]:
        return directory._upgrade_revs("heads", current)  # noqa: SLF001 — as `alembic upgrade` does

    context = MigrationContext.configure(
        connection, opts={"version_table": table, "fn": steps, "transactional_ddl": False}
    )
    with Operations.context(context):
        context.run_migrations()
