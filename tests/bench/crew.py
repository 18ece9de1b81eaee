"""Processes that do one contender's share of the work, told what to do line by line.

Readying (reading rows, generating events, connecting) is not on the clock; a turn is from the
moment that all are told to go to the moment that the last has done its last.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from tests.bench.history import History
from tests.bench.measure import Turn

LINE_MAX = 1 << 20
POLL_S = 0.02
STALLED_S = 120.0


class Spec(msgspec.Struct, frozen=True):
    """What a process has to know: its part of `of`, and where everything is."""

    part: int
    of: int
    dsn: str
    author_dsn: str
    brokers: str
    secrets_file: str
    begins: datetime
    members: int

    @property
    def history(self) -> History:
        """The run's purchases."""
        return History(self.begins, self.members)


class Order(msgspec.Struct, frozen=True):
    """What to do: `step` is `ready`, `go` or `end` of a contender; with `events` a turn has."""

    contender: str
    step: str
    turn: int = 0
    events: int = 0
    at_once: int = 1


class Done(msgspec.Struct, frozen=True):
    """What became of it: events, when the last was done (monotonic), this process's seconds."""

    events: int = 0
    ended_at: float = 0.0
    cpu_s: float = 0.0


@dataclass
class Hand:
    """One process of the crew."""

    process: asyncio.subprocess.Process

    async def tell(self, order: Order) -> None:
        """Give it an order."""
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(order) + b"\n")
        await self.process.stdin.drain()

    async def done(self) -> Done:
        """Its answer. Raises RuntimeError where the process has ended instead."""
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), STALLED_S)
        if not line:
            raise RuntimeError("a process of the bench has ended; its words are above")
        return msgspec.json.decode(line, type=Done)


@dataclass
class Crew:
    """Processes that work at the same time."""

    hands: list[Hand]

    async def all(self, order: Order) -> list[Done]:
        """Tell all, and wait for all."""
        for hand in self.hands:
            await hand.tell(order)
        return [await hand.done() for hand in self.hands]

    async def turn(self, order: Order) -> Turn:
        """On the clock, a contender that is ready and knows itself when it is done."""
        began = time.monotonic()
        return _turn(began, await self.all(msgspec.structs.replace(order, step="go")))

    async def until(self, order: Order, is_done: Callable[[], Awaitable[bool]]) -> Turn:
        """As `turn`, for one that goes on until it is told to end."""
        await self.all(msgspec.structs.replace(order, step="ready"))
        began = time.monotonic()
        await self.all(msgspec.structs.replace(order, step="go"))
        while not await is_done():
            if time.monotonic() - began > STALLED_S:
                raise RuntimeError("the consumers do not come to an end")
            await asyncio.sleep(POLL_S)
        done = await self.all(msgspec.structs.replace(order, step="end"))
        return replace(_turn(began, done), events=order.events)


def _turn(began: float, done: list[Done]) -> Turn:
    wall = max(one.ended_at for one in done) - began
    return Turn(sum(one.events for one in done), wall, sum(one.cpu_s for one in done))


@asynccontextmanager
async def crew(specs: list[Spec]) -> AsyncIterator[Crew]:
    """A process for each; they end with the block."""
    hands = [await _hire(spec) for spec in specs]
    try:
        yield Crew(hands)
    finally:
        for hand in hands:
            assert hand.process.stdin is not None
            hand.process.stdin.close()
            await hand.process.wait()


async def _hire(spec: Spec) -> Hand:
    return Hand(
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.bench.worker",
            msgspec.json.encode(spec).decode(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_MAX,
        )
    )
