"""When points-svc says no about pools.

Refusal
├── PoolsNotOffered       409  the programme's settings have no `pools`
├── PoolNotFound          404  there is no such pool
├── PoolFull              409  as many share the pool as may; `members_max`
├── InAnotherPool         409  the member shares another pool: they leave that first
├── NotInPool             404  the member does not share this pool
└── GatheringNotFound     404  the caller never gathered points under that id
"""

from typing import ClassVar

from contracts.refusal import Refusal


class PoolsNotOffered(Refusal):
    """The programme's settings say nothing of `pools`: nobody shares points."""

    code: ClassVar[str] = "pools_not_offered"
    title: ClassVar[str] = "Points cannot be pooled in this programme."


class PoolNotFound(Refusal):
    """Nobody ever opened a pool of that id."""

    code: ClassVar[str] = "pool_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such pool."


class PoolFull(Refusal):
    """As many share the pool as the programme lets: `members_max`."""

    code: ClassVar[str] = "pool_full"
    title: ClassVar[str] = "No more members can share this pool."


class InAnotherPool(Refusal):
    """A member shares one pool at a time, and has to leave it before another."""

    code: ClassVar[str] = "in_another_pool"
    title: ClassVar[str] = "The member shares another pool."


class NotInPool(Refusal):
    """The member does not share this pool, or no longer."""

    code: ClassVar[str] = "not_in_pool"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "The member does not share this pool."


class GatheringNotFound(Refusal):
    """The caller never gathered points of this pool under that id."""

    code: ClassVar[str] = "gathering_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such gathering."
