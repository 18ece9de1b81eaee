"""An author and a hearer on a bus: what tests of the contract do with them."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis import metrics
from chassis.bus.codec import encode
from chassis.bus.message import Message
from chassis.consumer import Consumer, Limits, Subscription, on
from chassis.database import Database
from chassis.relay import Relay
from chassis.testing.eventually import eventually
from chassis.tx import Cause, Tx
from chassis.upkeep import Upkeep
from contracts.events.base import Event
from contracts.events.members import MemberEnrolled
from contracts.ids import EventId, MemberId
from tests.bus.wires import AUTHOR, HEARER, TOPIC, Wire

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUICK = Limits(look_every_s=0.2)


def enrolled(number: int, member: str = "") -> MemberEnrolled:
    """The n-th event; of a member of its own where none is named."""
    return MemberEnrolled(
        event_id=EventId(f"e{number}"),
        member_id=MemberId(member or f"m{number}"),
        occurred_at=AT + timedelta(seconds=number),
        recorded_at=AT + timedelta(seconds=number),
        version="1",
        enrolled_at=AT,
    )


def raw(
    number: int,
    *,
    member: str = "",
    event_type: str = "laurel.MemberEnrolled.v1",
    body: bytes = b"",
) -> Message:
    """The n-th event as a message, spoiled as asked."""
    good = encode(enrolled(number, member))
    headers = tuple((k, event_type.encode() if k == "ce_type" else v) for k, v in good.headers)
    return Message(TOPIC, good.key, headers, body or good.body)


HEAR = """
INSERT INTO heard (event_id, member_id)
SELECT * FROM unnest(CAST(:e AS text[]), CAST(:m AS text[]))
"""


async def hear(tx: Tx, events: Sequence[MemberEnrolled]) -> None:
    """Leave one row each time an event is heard, in the order of the batch."""
    await tx.execute(
        "hear",
        HEAR,
        e=[event.event_id for event in events],
        m=[event.member_id for event in events],
    )


HEARING = (on(MemberEnrolled, hear),)


def refusing(*bad: int) -> tuple[Subscription, ...]:
    """A handler that cannot stand some events."""

    async def stumble(tx: Tx, events: Sequence[MemberEnrolled]) -> None:
        await hear(tx, events)
        assert not {event.event_id for event in events} & {f"e{n}" for n in bad}

    return (on(MemberEnrolled, stumble),)


class House:
    """Two databases and the wire between them."""

    def __init__(self, wire: Wire, author: Database, hearer: Database) -> None:
        self.wire = wire
        self.author = author
        self.hearer = hearer

    async def say(self, *events: Event) -> None:
        """One transaction of the author."""
        async with self.author.begin(Cause("test", "test")) as tx:
            tx.emit(*events)

    @asynccontextmanager
    async def relaying(self, upkeep: Upkeep | None = None) -> AsyncIterator[Relay]:
        """The author's relay at work."""
        bus = self.wire.bus(AUTHOR)
        relay = Relay(self.author, bus, upkeep)
        await relay.start()
        try:
            yield relay
        finally:
            await relay.stop()
            await bus.close()

    @asynccontextmanager
    async def hearing(
        self, subscriptions: Sequence[Subscription] = HEARING, limits: Limits = QUICK
    ) -> AsyncIterator[Consumer]:
        """The hearer's consumer at work."""
        bus = self.wire.bus(HEARER)
        consumer = Consumer(HEARER, subscriptions, self.hearer, bus, limits)
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()
            await bus.close()

    async def heard(self) -> list[str]:
        """The ids of what was heard, in order, doubles too."""
        rows = await self._rows(self.hearer, "SELECT event_id FROM heard ORDER BY id")
        return [row.event_id for row in rows]

    async def heard_of(self, member: str) -> list[str]:
        """As `heard`, of one member."""
        rows = await self._rows(
            self.hearer, "SELECT event_id FROM heard WHERE member_id = :m ORDER BY id", m=member
        )
        return [row.event_id for row in rows]

    async def parked(self) -> list[tuple[str, str]]:
        """Reason and event type of what is parked, in the order of parking."""
        rows = await self._rows(self.hearer, "SELECT reason, event_type FROM parked ORDER BY id")
        return [(row.reason, row.event_type) for row in rows]

    async def unsent(self) -> int:
        """How many rows of the author's outbox wait."""
        sql = "SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL"
        return int((await self._rows(self.author, sql))[0].n)

    async def offsets(self) -> dict[str, int]:
        """Records behind the hearer, by incarnation of the topic."""
        sql = "SELECT incarnation, sum(next_offset) AS n FROM consumer_offset GROUP BY 1"
        return {row.incarnation: int(row.n) for row in await self._rows(self.hearer, sql)}

    async def until_heard(self, *numbers: int) -> None:
        """Wait until each of these was heard, at least once."""
        wanted = {f"e{number}" for number in numbers}

        async def all_there() -> bool:
            return wanted <= set(await self.heard())

        await eventually(all_there, what=f"heard {len(wanted)} events")

    async def until_parked(self, count: int) -> None:
        """Wait until so many are parked."""

        async def all_there() -> bool:
            return len(await self.parked()) >= count

        await eventually(all_there, what=f"{count} parked")

    @staticmethod
    async def _rows(database: Database, sql: str, **params: object) -> list[Any]:
        async with database.begin(Cause("look", "test")) as tx:
            return await tx.execute("look", sql, **params)


def stands_still(reason: str) -> bool:
    """Whether the metric says that the hearer does, for this reason and no other."""
    (family,) = metrics.CONSUMER_STOPPED.collect()
    told = {s.labels["reason"]: s.value for s in family.samples if s.labels["service"] == HEARER}
    return bool(told.pop(reason, 0)) and not any(told.values())


def quick(limits: Limits = QUICK, **changed: Any) -> Limits:
    """Limits with something else."""
    return replace(limits, **changed)


async def until(holds: Callable[[], object], what: str) -> None:
    """Wait for something in memory."""

    async def look() -> object:
        return holds()

    await eventually(look, what=what)
