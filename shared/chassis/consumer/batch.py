"""Works one batch off: one transaction with the fence, what is parked, and everything that its
events cause.

A batch that fails for an unexpected reason is halved until the guilty record stands alone; that one
is tried a few times and then parked, the rest go on.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from chassis import failpoints, metrics
from chassis.bus.message import Batch, Place, Record
from chassis.bus.port import BusDown
from chassis.consumer import offsets, telling
from chassis.consumer.dispatch import dispatch
from chassis.consumer.gaps import Gap, dense
from chassis.consumer.offsets import Rewound, Zombie
from chassis.consumer.parking import park, whereabouts
from chassis.consumer.reading import Reader, Reading, Stop, Unfit
from chassis.consumer.telling import Tally
from chassis.database import Database
from chassis.subscription import Subscription
from chassis.tx import Cause, Conflict, Tx, Unavailable, Unpublished

failpoints.register("consumer.before_inbox", "consumer.after_effect", "consumer.after_commit")

CONFLICTS_MAX = 5
CONFLICT_FIRST_S = 0.01
ALONE_MAX = 3
ALONE_WAIT_S = 0.05

PASSING = (Conflict, Unavailable, Unpublished, Zombie, Rewound, BusDown)
"""What goes by without anybody's fault; such a batch is read again and never parked."""


@dataclass
class Standing:
    """Where one consumer is at one place, as far as this process knows. `witness` is the digest of
    the record before.
    """

    next_offset: int
    witness: bytes | None = None
    parked_in_a_row: int = 0
    lost_races: int = 0
    tally: Tally = field(default_factory=Tally)


def is_continued(batch: Batch, standing: Standing) -> bool:
    """Whether the log goes on from the record that we worked off last: where what lies before us is
    shown at all, it has to end with that record.
    """
    before = [record for record in batch.records if record.offset < standing.next_offset]
    if not before:
        return True
    last = before[-1]
    is_next = last.offset == standing.next_offset - 1
    return is_next and standing.witness in {None, last.digest()}


class Worker:
    """Works batches off for one consumer."""

    def __init__(
        self,
        consumer: str,
        subscriptions: Sequence[Subscription],
        database: Database,
        reader: Reader,
    ) -> None:
        self._consumer = consumer
        self._subscriptions = subscriptions
        self._database = database
        self._reader = reader

    async def work(self, batch: Batch, standing: Standing) -> Tally:
        """Bring `standing` behind the batch. Raises one of PASSING (read again from the table), or
        Stop, of which Gap where a record is missing.
        """
        standing.tally = Tally()
        records = [record for record in batch.records if record.offset >= standing.next_offset]
        whole = dense(records, standing.next_offset)
        await self._whole(batch.place, records[:whole], standing)
        if whole < len(records):
            raise Gap(standing.next_offset, records[whole].offset)
        return standing.tally

    async def _whole(self, place: Place, records: Sequence[Record], standing: Standing) -> None:
        """Records without a gap between them, by halves where they fail."""
        pieces = [records]
        while pieces:
            records = [r for r in pieces.pop() if r.offset >= standing.next_offset]
            guilty = await self._attempt(place, records, standing)
            if guilty is None:
                continue
            if len(records) == 1:
                await self._alone(place, records[0], standing, guilty)
            else:
                half = len(records) // 2
                pieces += [records[half:], records[:half]]

    async def _attempt(
        self, place: Place, records: Sequence[Record], standing: Standing
    ) -> Exception | None:
        """Apply; the error where it is none that passes."""
        try:
            await self._apply_patiently(place, records, standing)
        except (*PASSING, Stop):
            raise
        except Exception as error:  # noqa: BLE001
            metrics.CONSUMER_FAILED.labels(self._consumer, place.topic).inc()
            standing.tally.failed += 1
            return error
        return None

    async def _apply_patiently(
        self, place: Place, records: Sequence[Record], standing: Standing
    ) -> None:
        """Apply, again after each lost race, a few times."""
        for lost in range(CONFLICTS_MAX):
            standing.lost_races = lost
            try:
                return await self._apply(
                    place, self._reader.read(records, standing.parked_in_a_row), standing
                )
            except Conflict:
                metrics.TRANSACTIONS_RETRIED.labels(self._consumer, "consumer").inc()
                standing.tally.races += 1
                await asyncio.sleep(CONFLICT_FIRST_S * 2**lost)
        raise Conflict(place.topic)

    async def _apply(self, place: Place, reading: Reading, standing: Standing) -> None:
        if reading.last is not None:
            await failpoints.reach("consumer.before_inbox")
            async with self._database.begin(self._cause(place, standing)) as tx:
                await self._settle(tx, place, reading, standing.next_offset)
            standing.next_offset = reading.last.offset + 1
            standing.witness = reading.last.digest()
            standing.parked_in_a_row = reading.parked_in_a_row
            standing.tally.parked += len(reading.unfit)
            telling.parked(self._consumer, place, reading.unfit)
            await failpoints.reach("consumer.after_commit")
        if reading.stop:
            raise reading.stop

    async def _settle(self, tx: Tx, place: Place, reading: Reading, expected: int) -> None:
        assert reading.last is not None
        await offsets.advance(
            tx, self._consumer, place, expected, reading.last, reading.parked_in_a_row
        )
        await park(tx, self._consumer, place, reading.unfit)
        await dispatch(tx, self._subscriptions, reading.events)
        await failpoints.reach("consumer.after_effect")

    async def _alone(
        self, place: Place, record: Record, standing: Standing, guilty: Exception
    ) -> None:
        """Try a lone record a few times more, then park it."""
        for _ in range(ALONE_MAX - 1):
            await asyncio.sleep(ALONE_WAIT_S)
            again = await self._attempt(place, [record], standing)
            if again is None:
                return
            guilty = again
        stop = self._reader.too_many(standing.parked_in_a_row + 1)
        if stop:
            raise stop from guilty
        reading = Reading(
            standing.parked_in_a_row + 1, [], [Unfit(record, "failed", whereabouts(guilty), guilty)]
        )
        reading.last = record
        await self._apply(place, reading, standing)

    def _cause(self, place: Place, standing: Standing) -> Cause:
        where = f"{place.topic}/{place.partition}/{standing.next_offset}"
        return Cause(where, f"bus:{place.topic}", standing.lost_races)
