"""Sagas: local transactions and calls to another service in turn, never one inside the other.

A service says how one goes on: what comes first, what follows from an answer, what its own steps
change. The walker makes the steps. Whoever walks may die at any of them: the row says what was
decided, every call may be repeated by the id it carries, and any process that takes the row in hand
goes on from there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Generic, Protocol, TypeVar

from chassis import failpoints
from chassis.tx import Begin, Cause, Conflict, Tx, Unavailable

ANSWER_WITHIN_S = 2.0
"""How long who asked waits for an end before they are told where to ask for it."""

RECOVER_WITHIN_S = 4.0
"""Less than a lease: whoever takes a row in hand is done with it before anybody else may."""

STEPS_MAX = 20


class Walked(Protocol):
    """What is walked: a row as it was last seen."""

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done."""


class Ahead(Protocol):
    """What comes next."""

    @property
    def step(self) -> Enum:
        """The step; what else it needs to know stands beside it."""


One = TypeVar("One", bound=Walked)
Next = TypeVar("Next", bound=Ahead)


@dataclass(frozen=True)
class Walk(Generic[One]):
    """With what one is walked, taken in hand at `taken_at`. `keep` stores the final answer, in the
    transaction that ends it.
    """

    begin: Begin
    cause: Cause
    keep: Callable[[Tx, One], Awaitable[None]]
    within_s: float
    taken_at: datetime


@dataclass(frozen=True)
class Saga(Generic[One, Next]):
    """How a service's saga goes on. Before and after each step is a failpoint, `name.before_step`.

    `first`: where whoever takes one in hand begins. `ask`: make a `remote` step within so many
    seconds, and say what follows from its answer. `settle`: make a local step; None where somebody
    was faster, then `see` shows how it stands. `claim`: take open ones in hand (see leases).
    """

    name: str
    wait: Enum
    remote: Collection[Enum]
    first: Callable[[One, datetime], Next]
    ask: Callable[[Walk[One], One, Next, float], Awaitable[Next]]
    settle: Callable[[Tx, One, Next], Awaitable[One | None]]
    see: Callable[[Tx, One], Awaitable[One]]
    claim: Callable[[Tx, int], Awaitable[Sequence[One]]]

    def __post_init__(self) -> None:
        steps = [step.value for step in type(self.wait) if step is not self.wait]
        passed = [f"{when}_{step}" for step in steps for when in ("before", "after")]
        for point in ("after_decision", "after_claim", *passed):
            failpoints.register(f"{self.name}.{point}")

    async def reach(self, point: str) -> None:
        """Pass one of its failpoints."""
        await failpoints.reach(f"{self.name}.{point}")


async def walk(saga: Saga[One, Next], by: Walk[One], one: One) -> One:
    """As far as it came within the walk's seconds; still open where nothing more could be known."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + by.within_s
    ahead = saga.first(one, by.taken_at)
    for _ in range(STEPS_MAX):
        did, left_s = ahead.step, deadline - loop.time()
        if did is saga.wait or (did in saga.remote and left_s <= 0):
            break
        await saga.reach(f"before_{did.value}")
        if did in saga.remote:
            ahead = await saga.ask(by, one, ahead, left_s)
        else:
            settled = await _settled(saga, by, one, ahead)
            if settled is None:
                break
            one, ahead = settled, saga.first(settled, by.taken_at)
        await saga.reach(f"after_{did.value}")
    return one


async def _settled(saga: Saga[One, Next], by: Walk[One], one: One, ahead: Next) -> One | None:
    """How it stands after one local transaction, whoever made it. None where the database has no
    answer now: the row is left for whoever comes next.
    """
    try:
        async with by.begin(by.cause) as tx:
            moved = await saga.settle(tx, one, ahead)
            if moved is None:
                return await saga.see(tx, one)
            if not moved.is_open:
                await by.keep(tx, moved)
            return moved
    except (Conflict, Unavailable):
        return None


async def recover(
    saga: Saga[One, Next],
    begin: Begin,
    cause: Cause,
    keep: Callable[[Tx, One], Awaitable[None]],
    limit: int,
) -> int:
    """Go on with at most `limit` that others left open, all at once; answers how many. Where one of
    them fails the others are walked to their end first; then the round has failed, and says of
    which kind.
    """
    async with begin(cause) as tx:
        claimed = await saga.claim(tx, limit)
        taken_at = tx.now
    await saga.reach("after_claim")
    by = Walk(begin, cause, keep, RECOVER_WITHIN_S, taken_at)
    walkers = (walk(saga, by, one) for one in claimed)
    for ended in await asyncio.gather(*walkers, return_exceptions=True):
        if isinstance(ended, BaseException):
            raise ended
    return len(claimed)
