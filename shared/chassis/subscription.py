"""Which event a service hears, and the verb that answers it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from chassis.tx import Tx
from contracts.events.base import Event

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Subscription:
    """Records of `event` go to `handler`, a batch at a time, in one transaction."""

    event: type[Event]
    handler: Callable[[Tx, Sequence[Any]], Awaitable[None]]


def on(event: type[E], handler: Callable[[Tx, Sequence[E]], Awaitable[None]]) -> Subscription:
    """Hear `event` with `handler`, which must be idempotent by its effect's key."""
    return Subscription(event, handler)
