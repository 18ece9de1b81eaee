"""Look at many members at once."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from chassis.tx import Tx
from tier_svc.domain.crowd_simulation import Segments, see_crowd, segments_of
from tier_svc.domain.facts import Heard
from tier_svc.domain.scenario import Division
from tier_svc.domain.simulation import segment_of
from tier_svc.domain.simulations import Part, Round, Simulation, together
from tier_svc.handlers.look_at_each import Rest, look_at_each
from tier_svc.store import crowds, others
from tier_svc.store import segments as told_segments
from tier_svc.store.crowds import Read

APART_MAX = 200

Aside = Callable[[Callable[[], Round | None]], Awaitable[Round | None]]
"""Calculates beside everything else that is done."""


class Pace(NamedTuple):
    """How a simulation gives way to whoever is served meanwhile. `apart_max`: members that a round
    looks at one by one.
    """

    rest: Rest
    aside: Aside
    apart_max: int = APART_MAX


async def look_at_crowd(tx: Tx, before: Simulation, limit: int, pace: Pace) -> Part | None:
    """What a simulation finds of the next members: of those whom columns know at once, of the
    others one by one. Nothing, where 64 bits are too few for them.
    """
    scenario, after = before.scenario, before.last_member
    following = await crowds.members_after(tx, after, limit)
    if not following.members:
        return Part(Round(before.tally, ()), 0, after, is_last=True)
    is_last = len(following.members) < limit
    read = await crowds.crowd_of(tx, after, following, scenario)
    if len(read.apart) > pace.apart_max:
        is_last, following = False, following.upto(read.apart[pace.apart_max - 1])
        read = await crowds.crowd_of(tx, after, following, scenario)
    segments = await _segments(tx, before, read)
    seen = await pace.aside(lambda: see_crowd(scenario, read.crowd, segments))
    if seen is None:
        return None
    found = together(await look_at_each(tx, before, read.apart, pace.rest), seen)
    return Part(found, len(following.members), following.members[-1], is_last)


async def _segments(tx: Tx, before: Simulation, read: Read) -> Segments:
    scenario, members = before.scenario, read.crowd.member_ids
    if scenario.division is None or not members:
        return segments_of(members, {}, "")
    if scenario.division is Division.ATTRIBUTE:
        settings = await others.attributes_of_members(tx, members)
        found = {
            member: segment_of(scenario, Heard(others=facts), ())
            for member, facts in settings.items()
        }
    elif scenario.division is Division.SEGMENT:
        told = await told_segments.segments_of_members(tx, members)
        found = {
            member: segment_of(scenario, Heard(segments=of), ()) for member, of in told.items()
        }
    else:
        found = await crowds.segments_of_range(tx, before.last_member, read, scenario)
    return segments_of(members, found, segment_of(scenario, Heard(), ()))
