"""`make bench`: each figure beside its reference; `python -m tests.bench EVENTS`: longer turns."""

import asyncio
import logging
import statistics
import sys
import tempfile
from pathlib import Path

import structlog

from chassis.testing.databases import Server
from contracts.events.purchases import PurchaseRecorded
from deploy.local import postgres
from tests.bench import history
from tests.bench.accrual import Ledger
from tests.bench.measure import Turn

TURNS = 5
EVENTS = 10_000
MEMBERS = 10_000


async def accrual(server: Server, folder: Path, count: int) -> str:
    """The contenders take turns on the same database, each with the same events."""
    ledger = await Ledger.made(server, folder)
    seen: list[PurchaseRecorded] = []
    served: list[Turn] = []
    floor: list[Turn] = []
    decoded: list[float] = []
    for turn in range(TURNS):
        events = list(history.purchases(count, MEMBERS, turn))
        batches = list(history.batches(events, turn * count))
        served.append(await ledger.accrue(batches))
        floor.append(await ledger.copy(batches))
        decoded.append(ledger.decode(batches))
        seen += events
    is_balanced = await ledger.balances(seen)
    await ledger.close()
    return report(served, floor, decoded) if is_balanced else "The books do not balance: no speed."


def report(served: list[Turn], floor: list[Turn], decoded: list[float]) -> str:
    """Medians of the turns; ratios of medians."""
    rate = statistics.median(turn.rate for turn in served)
    least = statistics.median(turn.rate for turn in floor)
    cpu = statistics.median(turn.cpu_s / turn.events for turn in served)
    plain = statistics.median(decoded) / served[0].events
    wal = statistics.median(turn.wal_bytes / turn.events for turn in served)
    bare = statistics.median(turn.wal_bytes / turn.events for turn in floor)
    return "\n".join(
        [
            f"purchases accrued, one process   {rate:>9,.0f} /s",
            f"  COPY of one row per event      {least:>9,.0f} /s   ratio {rate / least:.2f} (S1b)",
            f"Python per accrual               {cpu * 1e6:>9,.1f} µs",
            f"  decoding the same bytes        {plain * 1e6:>9,.1f} µs   × {cpu / plain:.1f} (S1d)",
            f"WAL per purchase (two postings)  {wal:>9,.0f} bytes",
            f"  COPY of one row per event      {bare:>9,.0f} bytes",
        ]
    )


async def main(count: int) -> int:
    """Exit code 1 when the books do not balance."""
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)
    with tempfile.TemporaryDirectory() as scratch:
        running = await asyncio.to_thread(postgres.start, Path(scratch) / "data")
        server = Server(running.dsn())
        try:
            said = await accrual(server, Path(scratch), count)
        finally:
            await server.drop_all()
            await asyncio.to_thread(running.stop)
    sys.stdout.write(f"{TURNS} turns of {count:,} purchases, three lines each\n{said}\n")
    return int("no speed" in said)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)))
