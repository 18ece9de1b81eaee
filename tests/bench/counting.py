"""S1c: what a posting costs PostgreSQL, counted: rows, index entries, bytes of its log, commits and
round trips. Nothing is timed, so nothing is noisy.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import parse_qs, quote, urlsplit

from chassis.bus.message import Batch
from chassis.testing.databases import Server
from chassis.testing.eventually import eventually
from points_svc.main import service
from tests.bench import history
from tests.bench.ground import Ground
from tests.bench.ledger import Ledger
from tests.bench.results import Goal, Result

MEMBERS = 12_000
TURNS = 2
"""In the first everybody buys once to be known, in the second once more."""
SOCKET = ".s.PGSQL.5432"
READ_MAX = 1 << 16
GOALS = (
    ("rows", "rows written", "posting", 2.1),
    ("index_entries", "index entries", "posting", 1.1),
    ("wal_bytes", "bytes of write-ahead log", "posting", 700),
    ("commits", "commits", "posting", 1 / 500),
    ("round_trips", "round trips", "batch", 7),
)
WRITTEN = """
SELECT coalesce(sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del), 0) AS rows,
       coalesce(sum((s.n_tup_ins + s.n_tup_upd - s.n_tup_hot_upd)
           * (SELECT count(*) FROM pg_index i WHERE i.indrelid = s.relid)), 0) AS entries
FROM pg_stat_user_tables s
"""
WAL = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
COMMITS = "SELECT count(*) FROM outbox"
ALONE = """
ALTER TABLE account SET (autovacuum_enabled = false);
ALTER TABLE posting SET (autovacuum_enabled = false)
"""
"""What somebody else reads meanwhile keeps old rows, and then an update needs another page."""
CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


@dataclass(frozen=True)
class Counted:
    """Per posting, but for the round trips, which are per batch."""

    rows: float
    index_entries: float
    wal_bytes: float
    commits: float
    round_trips: float


class Trips:
    """Counts how often PostgreSQL was waited for: each ReadyForQuery, each invitation to COPY."""

    def __init__(self) -> None:
        self.count = 0

    async def relay(self, theirs: asyncio.StreamReader, ours: asyncio.StreamWriter) -> None:
        """Pass on what PostgreSQL says, message by message."""
        try:
            while True:
                head = await theirs.readexactly(5)
                body = await theirs.readexactly(int.from_bytes(head[1:], "big") - 4)
                self.count += head[:1] in {b"Z", b"G"}
                ours.write(head + body)
                await ours.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            ours.close()


@asynccontextmanager
async def between(dsn: str, folder: Path) -> AsyncIterator[tuple[str, Trips]]:
    """A DSN that leads to the same database through a counter."""
    trips = Trips()
    asked = urlsplit(dsn)
    host = parse_qs(asked.query).get("host", [""])[0] or asked.hostname or ""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if host.startswith("/"):
            theirs, ours = await asyncio.open_unix_connection(f"{host}/{SOCKET}")
        else:
            theirs, ours = await asyncio.open_connection(host, asked.port or 5432)
        back = asyncio.create_task(trips.relay(theirs, writer))
        while said := await reader.read(READ_MAX):
            ours.write(said)
            await ours.drain()
        ours.close()
        await back

    door = await asyncio.start_unix_server(serve, folder / SOCKET)
    user = f"{asked.username or 'postgres'}" + (f":{asked.password}" if asked.password else "")
    try:
        yield f"postgresql://{user}@{asked.path}?host={quote(str(folder))}", trips
    finally:
        door.close()


async def count(server: Server, folder: Path) -> Counted:
    """Everybody buys again, nobody twice in a batch: as with many members, an account is written
    for every posting.
    """
    dsn = await server.fresh(service.migrations)
    async with between(dsn, folder) as (through, trips):
        ledger = await Ledger.at(dsn, folder, "classic", through=through)
        told = history.History(history.a_while_ago(TURNS), MEMBERS)
        first, second = (told.turn(number, MEMBERS, is_each=True) for number in range(TURNS))
        await ledger.beside.execute(ALONE)
        await ledger.accrue(list(history.batches(first, 0)))
        await ledger.beside.execute("VACUUM ANALYZE")
        before = await _standing(ledger)
        batches = history.batches(second, len(first))
        logged, waited = zip(*[await _batch(ledger, one, trips) for one in batches], strict=True)
        after = await _standing(ledger)
        await ledger.check([*first, *second])
        await ledger.close()
    postings = 2 * len(second)
    rows, entries, commits = (
        (now - then) / postings for then, now in zip(before, after, strict=True)
    )
    return Counted(rows, entries, median(logged), commits, min(waited))


async def _batch(ledger: Ledger, batch: Batch, trips: Trips) -> tuple[float, int]:
    """Bytes of the log for each posting, and round trips. The log is the whole server's: what
    others write meanwhile only adds to it, so the middle of the batches counts.
    """
    before, begun = trips.count, int(await ledger.beside.fetchval(WAL))
    await ledger.accrue([batch])
    written = int(await ledger.beside.fetchval(WAL)) - begun
    return written / (2 * len(batch.records)), trips.count - before


async def _standing(ledger: Ledger) -> tuple[int, int, int]:
    """Rows, index entries, transactions: once nobody else is connected, since PostgreSQL tells what
    a connection wrote when it ends.
    """
    await ledger.stage.database.close()

    async def alone() -> bool:
        return int(await ledger.beside.fetchval(CONNECTED)) == 1

    await eventually(alone, what="connections end")
    written = await ledger.beside.fetchrow(WRITTEN)
    assert written is not None
    commits = int(await ledger.beside.fetchval(COMMITS))
    return int(written["rows"]), int(written["entries"]), commits


async def counting(ground: Ground) -> list[Result]:
    """The five counts, each with its goal."""
    found = await count(ground.server, ground.folder)
    return [
        Result(
            "S1c",
            f"{what} per {per}",
            getattr(found, name),
            Goal(bound, at_least=False),
            "counted",
            [getattr(found, name)],
        )
        for name, what, per, bound in GOALS
    ]
