"""Many members at once, in columns: what a simulation reads of members whose histories are plain
(T7). What it finds is what the pure functions find of each; they stay the one truth.

An instant is whole microseconds since 1970. A *moment* is an instant of one member in one number:
the member's place and the time since the reach's beginning, so that moments sort by member and
time, and one search finds any number of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from contracts.ids import MemberId

Column = NDArray[np.int64]
Flags = NDArray[np.bool_]

MEMBERS_MAX = 8_000
SHIFT = 50
TIME = (1 << SHIFT) - 1
EXACT_MAX = 1 << 62
"""No sum of a crowd may come near the end of 64 bits."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
UNHEARD = -1
"""Where points-svc has not told yet what a purchase brought."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Members by id, and their purchases by member and time: `owner` is the member's place. Nothing
    of them came back, and no way up was ever given. Spend in minor units; points by point type,
    `UNHEARD` where they are not known.
    """

    member_ids: Sequence[MemberId]
    enrolled_at: Column
    owner: Column
    at: Column
    spend: Column
    points: Mapping[str, Column]

    def before(self, horizon: int) -> "Crowd":
        """Without what was bought from an instant on."""
        return self.where(self.at < horizon)

    def where(self, is_wanted: Flags) -> "Crowd":
        """The same members with some of their purchases."""
        if is_wanted.all():
            return self
        return Crowd(
            self.member_ids,
            self.enrolled_at,
            self.owner[is_wanted],
            self.at[is_wanted],
            self.spend[is_wanted],
            {kind: points[is_wanted] for kind, points in self.points.items()},
        )

    def heard(self, point_types: frozenset[str]) -> "Crowd":
        """The purchases that count by a ladder: all that it asks for was heard of them."""
        if not point_types:
            return self
        parts = [self.points[kind] != UNHEARD for kind in sorted(point_types)]
        return self.where(np.logical_and.reduce(parts))

    @property
    def largest(self) -> int:
        """No sum of any of its columns is greater."""
        columns = (self.spend, *self.points.values())
        return max((int(one.max()) for one in columns if one.size), default=0) * self.at.size


def sorted_crowd(
    member_ids: Sequence[MemberId],
    enrolled_at: Column,
    owner: Column,
    at: Column,
    spend: Column,
    points: Mapping[str, Column],
) -> Crowd:
    """A crowd of purchases in any order; those whose owner is below 0 are nobody's."""
    order = np.argsort(owner.astype(np.int16), kind="stable")
    order = order[np.count_nonzero(owner < 0) :]
    if at.size and int(at.max()) - int(at.min()) < TIME:
        moments = (owner[order] << SHIFT) + (at[order] - at.min())
        order = order[np.argsort(moments, kind="stable")]
    else:
        order = order[np.lexsort((at[order], owner[order]))]
    return Crowd(
        member_ids,
        enrolled_at,
        owner[order],
        at[order],
        spend[order],
        {kind: of[order] for kind, of in points.items()},
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """The time that is looked at, [origin, horizon). What happens from the horizon on happens at
    the horizon.
    """

    origin: int
    horizon: int

    @property
    def is_short(self) -> bool:
        """Whether moments can tell all its instants apart."""
        return self.horizon - self.origin < TIME

    def moments(self, owner: Column, at: Column) -> Column:
        """The moments of instants that are not before the origin."""
        out: Column = (owner << SHIFT) + (np.minimum(at, self.horizon) - self.origin)
        return out

    def instants(self, moments: Column) -> Column:
        """When moments are."""
        return (moments & TIME) + self.origin

    def moved(self, moments: Column, sum_of: Callable[[Column], Column]) -> Column:
        """The moments to which a sum leads, each of the same member."""
        at = np.minimum(sum_of(self.instants(moments)), self.horizon)
        out: Column = (moments & ~TIME) + (at - self.origin)
        return out

    def is_before_horizon(self, moments: Column) -> Flags:
        """Which moments are looked at."""
        return (moments & TIME) < self.horizon - self.origin


def owners(moments: Column) -> Column:
    """Whose moments they are."""
    return moments >> SHIFT


def micros(at: datetime) -> int:
    """An instant as a number."""
    return (at - EPOCH) // MICROSECOND


def instant(at: int) -> datetime:
    """A number as an instant."""
    return EPOCH + timedelta(microseconds=at)


def instants(at: Column) -> Iterator[datetime]:
    """Numbers as instants."""
    return (EPOCH + since for since in at.astype("timedelta64[us]").tolist())


def is_last_of(sorted_column: Column) -> Flags:
    """Marks the last of each run of equal numbers."""
    out = np.ones(sorted_column.size, dtype=np.bool_)
    np.not_equal(sorted_column[1:], sorted_column[:-1], out=out[:-1])
    return out


def is_first_of(sorted_column: Column) -> Flags:
    """Marks the first of each run of equal numbers."""
    out = np.ones(sorted_column.size, dtype=np.bool_)
    np.not_equal(sorted_column[1:], sorted_column[:-1], out=out[1:])
    return out


def per_member(owner: Column, amounts: Column, members: int) -> Column:
    """What each member's amounts are together."""
    bounds = np.searchsorted(owner, np.arange(members + 1))
    upto: Column = np.append(0, np.cumsum(amounts))
    return upto[bounds[1:]] - upto[bounds[:-1]]
