"""Purchases as points-svc hears them: about 700 bytes, three lines, the same ones each time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from chassis.bus.codec import encode
from chassis.bus.message import Batch, Place, Record
from contracts.events.purchases import PurchaseLine, PurchaseRecorded
from contracts.ids import EventId, FactId, MemberId

BATCH_MAX = 500
LINES = 3
BEGINS = datetime(2026, 3, 1, tzinfo=UTC)


def purchases(count: int, members: int, turn: int) -> Iterator[PurchaseRecorded]:
    """`count` purchases of `members` members. Each turn has facts of its own, in occurred order."""
    chance = Random(turn)
    for number in range(count):
        at = BEGINS + timedelta(seconds=60 * number, days=30 * turn)
        fact_id = FactId(f"{int(at.timestamp() * 1000):012x}-{turn:02d}-{number:08d}")
        yield PurchaseRecorded(
            event_id=EventId(fact_id),
            member_id=MemberId(f"m{chance.randrange(members):07d}"),
            occurred_at=at,
            recorded_at=at,
            version="1",
            fact_id=fact_id,
            source="till",
            source_ref=f"R{turn}-{number}",
            enrolled_at=BEGINS,
            store_id="S1",
            currency="CNY",
            lines=tuple(_line(chance, place) for place in range(LINES)),
        )


def batches(events: list[PurchaseRecorded], offset: int) -> Iterator[Batch]:
    """The events as records of one partition, in batches of the consumer's size."""
    place = Place("loyalty.purchases", "bench", 0)
    records = [_record(event, offset + number) for number, event in enumerate(events)]
    for first in range(0, len(records), BATCH_MAX):
        yield Batch(place, records[first : first + BATCH_MAX])


def _record(event: PurchaseRecorded, offset: int) -> Record:
    said = encode(event)
    return Record(offset, said.key.encode(), said.headers, said.body)


def _line(chance: Random, place: int) -> PurchaseLine:
    amount = chance.randrange(100, 20_000)
    return PurchaseLine(
        line_id=str(place + 1),
        sku=f"sku-{chance.randrange(10_000):05d}",
        category="grocery",
        quantity=chance.randrange(1, 4),
        amount_minor=amount,
        net_minor=amount,
    )
