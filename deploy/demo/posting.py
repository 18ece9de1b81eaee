"""Posting the year: newcomers are enrolled, then baskets go in batches, several at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from deploy.demo.door import Door, Refused
from deploy.demo.position import Position
from deploy.demo.year import Batch

BATCH_BASKETS = 250
IN_FLIGHT_MAX = 4
_encode_lines = msgspec.json.Encoder().encode_lines


@dataclass
class Posted:
    """What became of the baskets of this run."""

    baskets: int = 0
    lines: int = 0
    replayed: int = 0
    member_ids: dict[str, str] = field(default_factory=dict)
    _acknowledged: dict[int, int] = field(default_factory=dict)

    def acknowledge(self, begin: int, count: int, position: Position) -> None:
        """Move the position over every batch that has no gap before it."""
        self._acknowledged[begin] = begin + count
        reached = position.baskets
        while reached in self._acknowledged:
            reached = self._acknowledged.pop(reached)
        position.reach(reached)


async def post_year(
    door: Door, batches: Iterator[Batch], position: Position, on_progress: Callable[[int], None]
) -> Posted:
    """Post every batch from the position on. Raises Refused for the first basket that is."""
    posted = Posted()
    places = asyncio.Semaphore(IN_FLIGHT_MAX)
    begin = position.baskets
    async with asyncio.TaskGroup() as tasks:

        async def send(start: int, batch: Batch) -> None:
            try:
                await _post(door, batch, posted)
            finally:
                places.release()
            posted.acknowledge(start, len(batch.purchases), position)
            on_progress(len(batch.purchases))

        for batch in batches:
            await _enrol(door, batch.newcomers)
            await places.acquire()
            tasks.create_task(send(begin, batch))
            begin += len(batch.purchases)
    return posted


async def _enrol(door: Door, newcomers: dict[str, datetime]) -> None:
    """Before anything of theirs is posted: a stranger's purchase would wait for its claim."""
    async with asyncio.TaskGroup() as tasks:
        for card, at in newcomers.items():
            body = {
                "identifiers": [{"kind": "card", "value": card}],
                "enrolled_at": at.isoformat(),
            }
            tasks.create_task(door.post("/v1/members", body))


async def _post(door: Door, batch: Batch, posted: Posted) -> None:
    answers = await door.post_lines("/v1/purchases:batch", _encode_lines(batch.purchases))
    for purchase, answer in zip(batch.purchases, answers, strict=True):
        if answer["status"] not in (200, 201) or answer["stands"] != "accepted":
            raise Refused(f"basket {purchase.source_ref} was refused: {answer}")
        posted.replayed += answer["status"] == 200
        posted.member_ids[purchase.member.value] = answer["member_id"]
        posted.lines += len(purchase.lines)
    posted.baskets += len(answers)
