"""Long calculations that somebody asks for: one waits, is taken in hand round by round, and ends,
is stopped or fails; after a time it is forgotten. Whoever makes a round may be killed: what was
counted and how far commit together, and a round that was lost is made again.

The tables are made by the service's own migration. `<table>`: `<table>_id`, what it is of, `digest`
of the words in which it was asked for, `state`, `tries`, `claimed_until`, `asked_at`, `ended_at`,
and what the service counts; it is open until it has ended. `<table>_page`: `<table>_id`, `page`
from 1 on, and what the rounds have found. The service's own statement keeps a round, where the run
still stands as it did before it: with `tries` 0 and `claimed_until` empty.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Generic, NamedTuple, TypeVar

from chassis.tx import Begin, Cause, Tx

OPEN_MAX = 8
"""How many may wait or run at one time."""

TRIES_MAX = 5
"""How often the same round is tried before the run counts as failed."""

CLAIMED_FOR = timedelta(minutes=1)
"""How long a round has its run to itself; whoever is slower may be overtaken."""

KEPT_FOR = timedelta(days=90)
"""How long what a run found is kept after its end."""

PAGES_MAX = 20
ROUNDS_MAX = 10_000_000

OPENED = """
SELECT {table}_id, {of}, digest FROM {table} WHERE ended_at IS NULL
ORDER BY asked_at, {table}_id
"""
TAKE = """
WITH following AS (
    SELECT {table}_id, tries + (claimed_until IS NOT NULL)::integer AS tries FROM {table}
    WHERE ended_at IS NULL AND (claimed_until IS NULL OR claimed_until <= :now)
    ORDER BY asked_at, {table}_id LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE {table} r SET tries = f.tries, claimed_until = :until,
    state = CASE WHEN f.tries < :tries_max THEN 'running' ELSE 'failed' END,
    ended_at = CASE WHEN f.tries < :tries_max THEN NULL ELSE CAST(:now AS timestamptz) END
FROM following f WHERE r.{table}_id = f.{table}_id
RETURNING r.{table}_id, r.{of}, r.tries
"""
PAGES_AFTER = """
SELECT page, {found} FROM {table}_page WHERE {table}_id = :id AND page > :after
ORDER BY page LIMIT :limit
"""
CANCEL = """
UPDATE {table} SET state = 'cancelled', ended_at = :now
WHERE {table}_id = :id AND ended_at IS NULL RETURNING {table}_id
"""
FORGET_PAGES = """
DELETE FROM {table}_page WHERE ({table}_id, page) IN (
    SELECT p.{table}_id, p.page FROM {table} r JOIN {table}_page p USING ({table}_id)
    WHERE r.ended_at < :before LIMIT :limit)
RETURNING page
"""
FORGET = """
DELETE FROM {table} r WHERE {table}_id IN (
    SELECT {table}_id FROM {table} WHERE ended_at < :before LIMIT :limit)
  AND NOT EXISTS (SELECT FROM {table}_page p WHERE p.{table}_id = r.{table}_id)
RETURNING {table}_id
"""

Of = TypeVar("Of")


class Opened(NamedTuple, Generic[Of]):
    """One that waits or runs, what it is of, and what was asked."""

    run_id: str
    of: Of
    digest: bytes


class Taken(NamedTuple, Generic[Of]):
    """One that is to go on; `tries`: made in vain, at the same round."""

    run_id: str
    of: Of
    tries: int


class Runs(Generic[Of]):
    """The runs of one table: `of` is the column of what a run is of, `found` that of its pages."""

    def __init__(self, table: str, of: str, found: str) -> None:
        self._table = table
        self._sql = {
            sql: sql.format(table=table, of=of, found=found)
            for sql in (OPENED, TAKE, PAGES_AFTER, CANCEL, FORGET_PAGES, FORGET)
        }

    async def opened(self, tx: Tx) -> list[Opened[Of]]:
        """Those that wait or run, the oldest first."""
        rows = await tx.execute(f"open_{self._table}s", self._sql[OPENED])
        return [Opened(*row) for row in rows]

    async def take(self, tx: Tx) -> Taken[Of] | None:
        """The oldest open one that nobody has in hand, claimed for a while. A claim that ran out is
        a try in vain; after enough of them the run has failed.
        """
        rows = await tx.execute(
            f"try_next_{self._table}",
            self._sql[TAKE],
            tries_max=TRIES_MAX,
            now=tx.now,
            until=tx.now + CLAIMED_FOR,
        )
        return Taken(*rows[0]) if rows else None

    async def cancel(self, tx: Tx, run_id: str) -> bool:
        """Stop it; answers whether there was anything to stop."""
        name = f"cancel_{self._table}"
        return bool(await tx.execute(name, self._sql[CANCEL], id=run_id, now=tx.now))

    async def pages(self, begin: Begin, cause: Cause, run_id: str) -> AsyncIterator[bytes]:
        """What was found, page by page, a few in each short transaction. Of a run that is not done:
        what was found so far.
        """
        after = 0
        for _ in range(ROUNDS_MAX):
            async with begin(cause) as tx:
                rows = await tx.execute(
                    f"{self._table}_pages",
                    self._sql[PAGES_AFTER],
                    id=run_id,
                    after=after,
                    limit=PAGES_MAX,
                )
            for number, found in rows:
                yield found
                after = number
            if len(rows) < PAGES_MAX:
                return

    async def forget(self, tx: Tx, limit: int) -> int:
        """Drop what ended long ago, pages first; answers how many rows."""
        before = tx.now - KEPT_FOR
        for what, sql in (("_pages", FORGET_PAGES), ("s", FORGET)):
            name = f"forget_{self._table}{what}"
            rows = await tx.execute(name, self._sql[sql], before=before, limit=limit)
            if rows:
                return len(rows)
        return 0
