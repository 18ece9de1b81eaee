"""What relay and consumer need from a bus. Two transports answer it: `local` and `kafka`.

A transport that cannot answer now raises BusDown; whoever asked throws the client away and makes a
new one.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Protocol

from chassis.bus.message import Batch, Message, Place
from chassis.tx import Tx

Positions = Callable[[Sequence[Place]], Awaitable[Mapping[Place, int]]]
"""From where a consumer reads places that were just assigned to it; 0 at a new place. Where a log
ends before that, it is read from its beginning.
"""


class BusDown(Exception):
    """The bus does not answer now."""


class Publisher(Protocol):
    """What the relay of one author needs."""

    async def start(self) -> None:
        """Make the author's topics where they are missing."""

    async def lives(self) -> Mapping[str, str]:
        """Each of the author's topics and its incarnation; empty where the log cannot be lost by
        itself.
        """

    async def publish(self, tx: Tx, messages: Sequence[Message]) -> None:
        """Return when the bus has acknowledged all of them. Those of one key keep their order."""

    def published(self) -> None:
        """The transaction around `publish` has committed."""

    async def stop(self) -> None:
        """Give back everything, within seconds, also when the broker is dead."""


class Subscriber(Protocol):
    """What one consumer needs. Batches are in hand from one `fetch` to the next: a rebalance waits
    for that.
    """

    async def start(self) -> None:
        """Join. Each place that is assigned, now or later, is read from where `Positions` says."""

    async def fetch(self, limit: int) -> list[Batch]:
        """At most `limit` records, as soon as there are any; none after a short wait."""

    def seek(self, place: Place, offset: int) -> None:
        """Read `place` from `offset` on, if it is still ours."""

    def places(self) -> Collection[Place]:
        """What is assigned to us."""

    async def ends(self) -> Mapping[Place, int]:
        """The offset behind the last record of each assigned place."""

    async def begins(self) -> Mapping[Place, int]:
        """The offset of the first record that each assigned place still has; its end where there is
        none.
        """

    async def hint(self, offsets: Mapping[Place, int]) -> None:
        """Tell the bus how far we are: for its own tools, and so that it keeps what lies behind
        that. Never relied on to find our place; failures are not told.
        """

    async def stop(self) -> None:
        """Leave, within seconds, also when the broker is dead."""


class Bus(Protocol):
    """One service's way to the bus."""

    @property
    def service(self) -> str:
        """Whose way it is: the author of what the publisher sends."""

    def publisher(self) -> Publisher:
        """For the service's relay."""

    def subscriber(
        self, consumer: str, topics: Collection[str], positions: Positions
    ) -> Subscriber:
        """For one consumer of `topics`; consumers of one name share the places."""

    async def close(self) -> None:
        """Give back what publishers and subscribers shared."""
