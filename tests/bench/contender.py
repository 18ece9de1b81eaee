"""What the worker asks of a contender."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from tests.bench.crew import Done, Order, Spec

W = TypeVar("W")


class Contender(ABC):
    """Readied off the clock, then told to go."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    async def obey(self, order: Order) -> Done | None:
        """Do what is asked."""
        if order.step == "ready":
            await self.ready(order)
            return None
        return await (self.go(order) if order.step == "go" else self.end(order))

    @abstractmethod
    async def ready(self, order: Order) -> None:
        """Have everything at hand for a turn."""

    @abstractmethod
    async def go(self, order: Order) -> Done | None:
        """Do it."""

    async def end(self, order: Order) -> Done | None:
        """Stop, for one that does not end by itself."""
        return None

    @abstractmethod
    async def close(self) -> None:
        """Give back connections."""


async def side_by_side(
    work: Sequence[W], lanes: int, do: Callable[[int, W], Awaitable[None]], events: int
) -> Done:
    """Work through `work` in so many lanes; `do` gets the lane's number and a piece."""
    left = iter(work)

    async def lane(number: int) -> None:
        for piece in left:
            await do(number, piece)

    cpu = time.process_time()
    await asyncio.gather(*(lane(number) for number in range(lanes)))
    return Done(events, time.monotonic(), time.process_time() - cpu)
