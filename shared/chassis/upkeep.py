"""What a relay does besides sending: measures its tables, and drops what nobody needs any more."""

from dataclasses import dataclass

from chassis import metrics
from chassis.bus import outbox, readers, segments
from chassis.database import Database
from chassis.tx import Cause, Tx

CAUSE = Cause("relay", "job:relay")
TRIM_MAX = 2_000
TRIM_ROUNDS_MAX = 50
DAY_S = 86_400


@dataclass(frozen=True)
class Upkeep:
    """How often, in seconds, and for how long what was sent is kept at least."""

    kept_s: float = 8 * DAY_S
    trim_every_s: float = 60.0
    look_every_s: float = 2.0


class Keeper:
    """Looks after one author's outbox and log. It asks the database alone, never the bus."""

    def __init__(self, database: Database, service: str, kept_s: float) -> None:
        self._begin = database.begin
        self._service = service
        self._kept_s = kept_s
        self._readers: frozenset[str] = frozenset()

    async def measure(self) -> None:
        """Tell what waits to be sent, and since when readers of the log have said nothing."""
        async with self._begin(CAUSE) as tx:
            rows, age_s = await outbox.unsent(tx)
            ages = {reader.reader: reader.age_s for reader in await readers.known(tx)}
        metrics.OUTBOX_UNSENT.labels(self._service).set(rows)
        metrics.OUTBOX_AGE.labels(self._service).set(age_s)
        for reader, reader_age_s in ages.items():
            metrics.READER_AGE.labels(self._service, reader).set(reader_age_s)
        for forgotten in self._readers - ages.keys():
            metrics.READER_AGE.remove(self._service, forgotten)
        self._readers = frozenset(ages)

    async def trim(self) -> None:
        """Drop what is older than the republish window and was passed by every known reader, in
        bounded rounds.
        """
        for _ in range(TRIM_ROUNDS_MAX):
            async with self._begin(CAUSE) as tx:
                dropped = await self._trim_once(tx)
            if dropped < TRIM_MAX:
                return

    async def _trim_once(self, tx: Tx) -> int:
        """The log first: a row of the outbox outlives what became of it in the log. The larger
        number of rows.
        """
        read = await segments.trim(tx, self._kept_s, TRIM_MAX)
        unread_from = await segments.oldest(tx)
        sent = await outbox.trim(tx, self._kept_s, unread_from, TRIM_MAX)
        return max(read, sent)
