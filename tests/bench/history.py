"""Purchases as points-svc hears them: about 500 bytes, three lines, the same ones for one seed."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID
from zlib import crc32

from chassis.bus.codec import encode
from chassis.bus.message import Batch, Message, Place, Record
from contracts.events.purchases import Payment, PurchaseLine, PurchaseRecorded
from contracts.ids import EventId, FactId, MemberId
from tests.bench.forty_rules import CATEGORIES, STORES

BATCH_MAX = 2_000
LINES = 3
TURN = timedelta(days=20)
STRIDES = (7_919, 5_237, 6_133)
"""Primes: steps from member to member that come by everybody."""
KINDS = ("card", "wallet", "cash")


def a_while_ago(turns: int) -> datetime:
    """A first moment from which so many turns lie in the past."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - TURN * (turns + 1)


class History(NamedTuple):
    """Purchases of `members` members from a moment on; each turn has twenty days of its own."""

    begins: datetime
    members: int
    first: int = 0
    """The number of the first of them."""

    def turn(self, number: int, count: int, is_each: bool = False) -> list[PurchaseRecorded]:
        """A turn's purchases, in occurred order; by chance, or by each member, in an order of the
        turn's own.
        """
        chance, step = Random(number), TURN / count
        begins = self.begins + TURN * number
        stride = STRIDES[number % len(STRIDES)]
        return [
            self._purchase(
                chance,
                n * stride % self.members if is_each else chance.randrange(self.members),
                begins + step * n,
                number,
            )
            for n in range(count)
        ]

    def _purchase(self, chance: Random, who: int, at: datetime, turn: int) -> PurchaseRecorded:
        ref = f"{turn}-{who}-{at.timestamp()}"
        fact_id = FactId(_dated(at, ref))
        lines = tuple(_line(chance, place) for place in range(LINES))
        paid = sum(line.net_minor for line in lines)
        return PurchaseRecorded(
            event_id=EventId(fact_id),
            member_id=member_id(self.first + who),
            occurred_at=at,
            recorded_at=at,
            version="1",
            fact_id=fact_id,
            source="till",
            source_ref=f"R{ref}",
            enrolled_at=self.begins,
            store_id=chance.choice(STORES),
            currency="CNY",
            lines=lines,
            payments=(Payment(kind=chance.choice(KINDS), amount_minor=paid),),
        )


def member_id(number: int) -> MemberId:
    """A member's id, in the layout that member-svc gives."""
    return MemberId(str(UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + number * 7_919)))


def _dated(at: datetime, ref: str) -> str:
    """A fact's id as member-svc makes it: UUIDv7 of the instant and the fact's name."""
    milliseconds = int(at.timestamp() * 1000)
    named = int.from_bytes(hashlib.sha256(ref.encode()).digest()[:10], "big")
    low = named & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62
    return str(UUID(int=milliseconds << 80 | low))


def _line(chance: Random, place: int) -> PurchaseLine:
    amount = chance.randrange(100, 20_000)
    return PurchaseLine(
        line_id=str(place + 1),
        sku=f"{chance.randrange(10_000):05d}",
        category=chance.choice(CATEGORIES),
        quantity=chance.randrange(1, 4),
        amount_minor=amount,
        net_minor=amount,
    )


def messages(events: Sequence[PurchaseRecorded]) -> list[Message]:
    """As member-svc says them."""
    return [encode(event) for event in events]


def batches(events: Sequence[PurchaseRecorded], offset: int, life: str = "1") -> Iterator[Batch]:
    """As records of one partition, in batches of the consumer's size. `life` is the topic's."""
    place = Place("loyalty.purchases", life, 0)
    records = [
        Record(offset + n, said.key.encode(), said.headers, said.body)
        for n, said in enumerate(messages(events))
    ]
    for first in range(0, len(records), BATCH_MAX):
        yield Batch(place, records[first : first + BATCH_MAX])


def share(events: Sequence[PurchaseRecorded], part: int, of: int) -> list[PurchaseRecorded]:
    """The events of every `of`-th member."""
    return [event for event in events if crc32(event.member_id.encode()) % of == part]
