"""Which events a service hears, and the verb that answers them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from chassis.tx import Tx
from contracts.events.base import Event

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Subscription:
    """Records of `events` go to `handler`: all that a batch has of them, in its order, in one call
    and one transaction.
    """

    events: tuple[type[Event], ...]
    handler: Callable[[Tx, Sequence[Any]], Awaitable[None]]


@overload
def on(events: type[E], handler: Callable[[Tx, Sequence[E]], Awaitable[None]]) -> Subscription: ...
@overload
def on(
    events: tuple[type[Event], ...], handler: Callable[[Tx, Sequence[Any]], Awaitable[None]]
) -> Subscription: ...
def on(
    events: type[Event] | tuple[type[Event], ...],
    handler: Callable[[Tx, Sequence[Any]], Awaitable[None]],
) -> Subscription:
    """Hear events of one type, or of several together, with `handler`, which must be idempotent by
    its effect's key.
    """
    return Subscription(events if isinstance(events, tuple) else (events,), handler)


def heard_by(subscriptions: Sequence[Subscription]) -> tuple[type[Event], ...]:
    """Every type that somebody here hears, each once, in the order of first mention."""
    return tuple(dict.fromkeys(event for each in subscriptions for event in each.events))
