"""The bare writes: what PostgreSQL takes for the very rows of a turn, and the cheapest durable
write of a row an event. Connections of the driver alone, as many lanes as a consumer has.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg

from chassis.consumer.consumer import LANES
from tests.bench import history
from tests.bench.contender import Contender, side_by_side
from tests.bench.crew import Done, Order

BATCH = history.BATCH_MAX
TABLES = """
CREATE TABLE IF NOT EXISTS floor_posting (LIKE posting INCLUDING INDEXES INCLUDING STORAGE);
CREATE TABLE IF NOT EXISTS floor_account (LIKE account INCLUDING INDEXES INCLUDING STORAGE)
    WITH (fillfactor = 75);
CREATE TABLE IF NOT EXISTS floor_event (
    member_id text COLLATE "C", fact_id text COLLATE "C", body bytea,
    PRIMARY KEY (member_id, fact_id))
"""
FILL = """
INSERT INTO floor_account SELECT * FROM account ON CONFLICT DO NOTHING
"""
POSTINGS = """
SELECT * FROM posting WHERE occurred_at >= $1 AND occurred_at < $2
  AND abs(hashtext(CAST(member_id AS text))) % $3 = $4
ORDER BY recorded_at, ctid
"""
ACCOUNTS = "SELECT * FROM account LIMIT 0"


class Floor(Contender):
    """The same rows by bare COPY, and one UPDATE of the accounts, a transaction a batch."""

    async def ready(self, order: Order) -> None:
        """Read the turn's own rows back; they are written in the same order and batches."""
        self._lanes = [await asyncpg.connect(self.spec.dsn) for _ in range(LANES)]
        begins = self.spec.history.begins + history.TURN * order.turn
        rows = await self._lanes[0].fetch(
            POSTINGS, begins, begins + history.TURN, self.spec.of, self.spec.part
        )
        self._columns = list(rows[0].keys())
        asked = await self._lanes[0].prepare(ACCOUNTS)
        self._update = _update([(a.name, a.type.name) for a in asked.get_attributes()])
        width = 2 * BATCH
        self._batches = [
            ([tuple(r) for r in part], _heads(part))
            for part in (rows[at : at + width] for at in range(0, len(rows), width))
        ]
        self._events = len(rows) // 2

    async def go(self, order: Order) -> Done:
        """COPY and UPDATE, batch by batch."""
        done = await side_by_side(self._batches, LANES, self._write, self._events)
        await self.close()
        return done

    async def _write(self, lane: int, batch: tuple[list[tuple[Any, ...]], list[list[Any]]]) -> None:
        connection, (rows, accounts) = self._lanes[lane], batch
        async with connection.transaction():
            await connection.copy_records_to_table(
                "floor_posting", records=rows, columns=self._columns
            )
            await connection.execute(self._update, *accounts)

    async def close(self) -> None:
        """Give back the connections."""
        for one in self._lanes:
            await one.close()


def _update(columns: Sequence[tuple[str, str]]) -> str:
    """Every column of the accounts but their key, from arrays: what the ledger writes too."""
    types = dict(columns)
    names = ("member_id", "point_type", "available", "seq", "open_from", "due_at", "head")
    arrays = ", ".join(f"CAST(${at} AS {types[name]}[])" for at, name in enumerate(names, 1))
    changed = ", ".join(f"{name} = n.{name}" for name in names[2:])
    return f"""
        UPDATE floor_account a SET {changed} FROM unnest({arrays}) AS n ({", ".join(names)})
        WHERE a.member_id = n.member_id AND a.point_type = n.point_type"""


def _heads(rows: Sequence[Any]) -> list[list[Any]]:
    """Each account's last posting of a batch, as columns."""
    last = {(row["member_id"], row["point_type"]): row for row in rows}
    kept = [last[key] for key in sorted(last)]
    named = ("member_id", "point_type", "available_after", "seq", "occurred_at", "expires_at")
    return [*([row[name] for row in kept] for name in named), [row["hash"] for row in kept]]


class Cheapest(Contender):
    """One row per event into one keyed table: the event as it came."""

    async def ready(self, order: Order) -> None:
        """Have the turn's rows."""
        self._lanes = [await asyncpg.connect(self.spec.dsn) for _ in range(LANES)]
        events = self.spec.history.turn(order.turn, order.events)
        mine = history.share(events, self.spec.part, self.spec.of)
        said = history.messages(mine)
        rows = [(e.member_id, e.fact_id, m.body) for e, m in zip(mine, said, strict=True)]
        self._batches = [rows[at : at + BATCH] for at in range(0, len(rows), BATCH)]
        self._events = len(rows)

    async def go(self, order: Order) -> Done:
        """COPY, batch by batch."""
        done = await side_by_side(self._batches, LANES, self._write, self._events)
        await self.close()
        return done

    async def _write(self, lane: int, rows: list[tuple[str, str, bytes]]) -> None:
        await self._lanes[lane].copy_records_to_table("floor_event", records=rows)

    async def close(self) -> None:
        """Give back the connections."""
        for one in self._lanes:
            await one.close()
