"""Reads the logs in the authors' databases."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.bus import readers, segments
from chassis.bus.bell import Ear, Pace
from chassis.bus.message import Batch, Place, Record, unpack
from chassis.bus.port import BusDown, Positions

POLL_FIRST_S = 0.005
POLL_LONGEST_S = 0.25


class LocalSubscriber:
    """One consumer's view of several authors' logs. Every place of its topics is its own."""

    def __init__(
        self, reader: str, authors: Mapping[AsyncEngine, Sequence[str]], positions: Positions
    ) -> None:
        self._reader = reader
        self._authors = authors
        self._positions = positions
        self._ends: dict[Place, int] = {}
        self._next: dict[Place, int] = {}
        self._ear = Ear(topic for topics in authors.values() for topic in topics)
        self._pace = Pace(POLL_FIRST_S, POLL_LONGEST_S)

    async def start(self) -> None:
        """Make ourselves known, and find every place there is now. Raises BusDown where an author's
        database does not answer.
        """
        for engine, topics in self._authors.items():
            async with _asking(engine) as connection:
                await readers.meet(connection, self._reader, topics)
            await self._look(engine, topics)

    async def fetch(self, limit: int) -> list[Batch]:
        """At most about `limit` records per place; a segment is never cut."""
        batches: list[Batch] = []
        for engine, topics in self._authors.items():
            batches += await self._read(engine, topics, limit)
        if batches:
            self._pace.busy()
        else:
            await self._ear.wait(self._pace.idle())
        return batches

    def seek(self, place: Place, offset: int) -> None:
        """Read `place` from `offset` on."""
        if place in self._next:
            self._next[place] = offset

    def places(self) -> Collection[Place]:
        """Every partition that its author has made."""
        return self._next.keys()

    async def ends(self) -> Mapping[Place, int]:
        """As of the last fetch."""
        return self._ends

    async def begins(self) -> Mapping[Place, int]:
        """As the logs are now. Raises BusDown."""
        begins: dict[Place, int] = {}
        for engine, topics in self._authors.items():
            async with _asking(engine) as connection:
                begins |= await segments.begins(connection, topics)
        return {place: at for place, at in begins.items() if place in self._next}

    async def hint(self, offsets: Mapping[Place, int]) -> None:
        """Tell each author what we need no longer; it keeps the rest."""
        for engine, topics in self._authors.items():
            mine = {place: at for place, at in offsets.items() if place.topic in topics}
            with suppress(BusDown):
                async with _asking(engine) as connection:
                    await readers.meet(connection, self._reader, topics)
                    await readers.pass_(connection, self._reader, mine)

    async def stop(self) -> None:
        """Connections belong to the bus."""

    async def _look(self, engine: AsyncEngine, topics: Sequence[str]) -> dict[Place, int]:
        async with _asking(engine) as connection:
            ends = await segments.ends(connection, topics)
        await self._assign(ends, topics)
        self._ends.update(ends)
        return ends

    async def _assign(self, ends: Mapping[Place, int], topics: Sequence[str]) -> None:
        for gone in [place for place in self._next if place.topic in topics and place not in ends]:
            del self._next[gone]
            self._ends.pop(gone, None)
        for cut in [place for place, end in ends.items() if self._next.get(place, 0) > end]:
            self._next[cut] = 0
        new = [place for place in ends if place not in self._next]
        if new:
            self._next.update(await self._positions(new))

    async def _read(self, engine: AsyncEngine, topics: Sequence[str], limit: int) -> list[Batch]:
        ends = await self._look(engine, topics)
        behind = {
            place: self._next[place] for place, end in ends.items() if self._next[place] < end
        }
        if not behind:
            return []
        async with _asking(engine) as connection:
            found = await segments.read(connection, behind, limit)
        return self._batches(found)

    def _batches(self, found: Iterable[segments.Found]) -> list[Batch]:
        records: dict[Place, list[Record]] = {}
        for segment in found:
            wanted = self._next[segment.place]
            records.setdefault(segment.place, []).extend(
                r for r in _records(segment) if r.offset >= wanted
            )
        for place, read in records.items():
            self._next[place] = read[-1].offset + 1
        return [Batch(place, read) for place, read in records.items()]


def _records(segment: segments.Found) -> Iterable[Record]:
    messages = unpack(segment.records)
    first = segment.next_offset - len(messages)
    for offset, message in enumerate(messages, first):
        yield Record(offset, message.key.encode(), message.headers, message.body)


@asynccontextmanager
async def _asking(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    try:
        async with engine.connect() as connection:
            yield connection
    except (DBAPIError, PoolTimeout, OSError) as error:
        raise BusDown(type(error).__name__) from error
