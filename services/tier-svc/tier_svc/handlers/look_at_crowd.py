"""Look at many members at once."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from chassis.tx import Tx
from tier_svc.domain.crowd import MEMBERS_MAX
from tier_svc.domain.crowd_simulation import see_crowd
from tier_svc.domain.simulations import Move, Part, Round, Simulation, together
from tier_svc.handlers.look_at_each import Rest, look_at_each
from tier_svc.handlers.read_crowd import Reading, Share, read_crowd

APART_MAX = 200
FIRST_MAX = 2_500
"""Members of whom it is not known how much they buy."""
PURCHASES = 80_000
"""About as many purchases are read, and calculated, at once."""
PURCHASES_MAX = 1_000_000

Aside = Callable[[Callable[[], Round | None]], Awaitable[Round | None]]
"""Begins to calculate beside everything else that is done."""


class Pace(NamedTuple):
    """How a simulation gives way to whoever is served meanwhile. `apart_max`: members that a round
    looks at one by one; `first_max`: members that it reads first, `purchases` as many as it is to
    read of others at once.
    """

    rest: Rest
    aside: Aside
    apart_max: int = APART_MAX
    first_max: int = FIRST_MAX
    purchases: int = PURCHASES


class _Left(NamedTuple):
    """What a round may still take."""

    members: int
    apart: int
    purchases: int

    def less(self, read: Reading) -> "_Left":
        return _Left(
            self.members - read.members,
            self.apart - len(read.apart),
            self.purchases - read.crowd.owner.size,
        )

    def share(self, before: Reading, purchases: int) -> Share:
        """Of the next members, who are thought to buy as much as the ones before."""
        members = purchases * before.members // max(1, before.crowd.owner.size)
        return Share(max(1, min(members, self.members, MEMBERS_MAX)), self.apart)


async def look_at_crowd(tx: Tx, before: Simulation, limit: int, pace: Pace) -> Part | None:
    """What a simulation finds of the next members: of those whom columns know at once, of the
    others one by one. While some are calculated the next are read. Nothing, where 64 bits are too
    few for the first of them.
    """
    scenario, tally = before.scenario, before.tally
    left = _Left(limit, pace.apart_max, PURCHASES_MAX)
    share = Share(min(limit, pace.first_max), pace.apart_max)
    ahead: Reading | None = await read_crowd(tx, scenario, before.last_member, share)
    part, moves = Part(Round(tally, ()), 0, before.last_member, is_last=True), list[Move]()
    while ahead is not None and ahead.members:
        read = ahead
        seeing = pace.aside(partial(see_crowd, scenario, read.crowd, read.segments))
        left = left.less(read)
        ahead = None
        if min(left) > 0 and not read.is_last:
            share = left.share(read, pace.purchases)
            ahead = await read_crowd(tx, scenario, read.last_member, share)
        seen = await seeing
        if seen is None:
            return part if part.members else None
        each = await look_at_each(tx, before, read.apart, pace.rest)
        moves += together(each, seen).moves
        is_last = read.is_last or (ahead is not None and not ahead.members)
        done = part.members + read.members
        part = Part(Round(tally, moves), done, read.last_member, is_last)
    return part
