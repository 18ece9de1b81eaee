"""Pools: members who share their points (P10).

A pool holds nothing: everybody's lots stay theirs. What one of them needs is gathered: each bears
it by their share, and what others bear moves to the one who needs it, as transfers do.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from points_svc.domain.refusals import NameReused, PointsInsufficient
from points_svc.domain.rounding import shared

SHARE_MAX = 1_000
"""Shares are weights: of 2 and 1 the first bears twice as much."""

POOL_CODE = "pool:"
"""What the codes of gatherings begin with."""

ROUNDS_MAX = 1_000
"""Beyond any number of members: each round but the last takes all that somebody has."""


class Sharer(NamedTuple):
    """Who shares a pool, with which weight, since when. Of who has none nothing is taken."""

    member_id: str
    share: int
    since: datetime


class PoolChange(NamedTuple):
    """What was said of a member and a pool: that they share it from now on so, or (None) no
    longer.
    """

    member_id: str
    pool_id: str
    revision: int
    share: int | None
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True)
class Pool:
    """Who shares a pool, by id. `revision` counts what was said of it."""

    pool_id: str
    revision: int
    created_at: datetime
    sharers: Sequence[Sharer]

    def find(self, member_id: str) -> Sharer | None:
        """One who shares it."""
        return next((one for one in self.sharers if one.member_id == member_id), None)


@dataclass(frozen=True)
class GatheringAsk:
    """What a caller asks to gather for a member, under the name they chose; `source` is their
    channel. With a `purpose` it is burned at once, as the member's burn of that name. `step_up` is
    the channel's reference of a stronger check, empty where there was none.
    """

    member_id: str
    gathering_id: str
    source: str
    pool_id: str
    point_type: str
    points: int
    purpose: str
    reason: str
    step_up: str


class PartGathered(NamedTuple):
    """What one member bears. `posting_id` is theirs, empty for who gathers: nothing leaves them.
    `is_named`: the channel that gathered knew them then, and sees for ever that it was they.
    """

    member_id: str
    points: int
    posting_id: str
    is_named: bool = False


@dataclass(frozen=True)
class Gathering:
    """Points of a pool that were brought to one of its members; `moved` of them were others'."""

    member_id: str
    gathering_id: str
    source: str
    pool_id: str
    point_type: str
    points: int
    moved: int
    parts: Sequence[PartGathered]
    purpose: str
    reason: str
    step_up: str
    gathered_at: datetime
    cancelled_at: datetime | None = None

    def is_for(self, ask: GatheringAsk) -> bool:
        """Whether it is what was asked: the same request, said again."""
        mine = (self.pool_id, self.point_type, self.points, self.purpose, self.reason)
        asked = (ask.pool_id, ask.point_type, ask.points, ask.purpose, ask.reason)
        return (*mine, self.step_up) == (*asked, ask.step_up)

    def named(self, known: Set[str]) -> "Gathering":
        """With those named whom its channel knows by now."""
        parts = [part._replace(is_named=part.member_id in known) for part in self.parts]
        return replace(self, parts=parts)

    def cancelled(self, now: datetime) -> "Gathering":
        """After everybody got their part back."""
        return replace(self, cancelled_at=now)


def same_or_refuse(gathering: Gathering, ask: GatheringAsk) -> Gathering:
    """The gathering that this request made before, as it was then (I14). Refusals: NameReused."""
    if not gathering.is_for(ask):
        raise NameReused
    return replace(gathering, cancelled_at=None)


def pool_code(pool_id: str) -> str:
    """The code of what moves because it was gathered from a pool, or given back to it."""
    return f"{POOL_CODE}{pool_id}"


def apportion(
    points: int, member_id: str, shares: Mapping[str, int], rooms: Mapping[str, int]
) -> dict[str, int]:
    """What each bears of points that a member gathers: in proportion to their shares, in whole
    points (the largest remainder first, equal ones by id), nobody more than they have (`rooms`);
    what they cannot bear the others do, and what nobody with a share can, the member themselves.

    Refusals: PointsInsufficient.
    """
    parts: dict[str, int] = {}
    left = points
    able = sorted(one for one, share in shares.items() if share and rooms.get(one, 0))
    for _ in range(ROUNDS_MAX):
        if not left or not able:
            break
        total = sum(shares[one] for one in able)
        due = shared([left * shares[one] for one in able], total, left)
        short = [one for one, asked in zip(able, due, strict=True) if asked > rooms[one]]
        given = {one: rooms[one] for one in short} or dict(zip(able, due, strict=True))
        parts |= given
        left -= sum(given.values())
        able = [one for one in able if one not in given]
    own = rooms.get(member_id, 0) - parts.get(member_id, 0)
    if left > own:
        raise PointsInsufficient(asked=points, available=points - left + own)
    if left:
        parts[member_id] = parts.get(member_id, 0) + left
    return {one: part for one, part in sorted(parts.items()) if part}
