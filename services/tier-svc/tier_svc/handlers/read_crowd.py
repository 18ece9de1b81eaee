"""Read many members at once."""

from collections.abc import Sequence
from typing import NamedTuple

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.crowd import NOBODY, Crowd
from tier_svc.domain.crowd_simulation import Segments, segments_of
from tier_svc.domain.facts import Heard
from tier_svc.domain.scenario import Division, Scenario
from tier_svc.domain.simulation import segment_of
from tier_svc.store import crowds, others
from tier_svc.store import segments as told_segments
from tier_svc.store.crowds import Read


class Share(NamedTuple):
    """How many members are read at most, and how many of them may be looked at one by one."""

    members: int
    apart: int


class Reading(NamedTuple):
    """Members by id: those who are calculated together, the others, and the last of them all."""

    crowd: Crowd
    segments: Segments
    apart: Sequence[MemberId]
    members: int
    last_member: str
    is_last: bool


async def read_crowd(tx: Tx, scenario: Scenario, after: str, share: Share) -> Reading:
    """The next members after one, as they are at one instant."""
    following = await crowds.members_after(tx, after, share.members)
    is_last = len(following.members) < share.members
    if not following.members:
        return Reading(NOBODY, segments_of((), {}, ""), [], 0, after, is_last)
    read = await crowds.crowd_of(tx, after, following, scenario)
    if len(read.apart) > share.apart:
        is_last, following = False, following.upto(read.apart[share.apart - 1])
        read = await crowds.crowd_of(tx, after, following, scenario)
    segments = await _segments(tx, scenario, after, read)
    members = following.members
    return Reading(read.crowd, segments, read.apart, len(members), members[-1], is_last)


async def _segments(tx: Tx, scenario: Scenario, after: str, read: Read) -> Segments:
    members = read.crowd.member_ids
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
        found = await crowds.segments_of_range(tx, after, read, scenario)
    return segments_of(members, found, segment_of(scenario, Heard(), ()))
