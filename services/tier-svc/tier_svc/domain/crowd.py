"""Many members at once, in columns: what a simulation reads of members of whom nothing is known but
purchases and what came back of them (T7). What it finds is what the pure functions find of each;
they stay the one truth.

An instant is whole microseconds since 1970. A *moment* is an instant of one member in one number:
the member's place and the time since the reach's beginning, so that moments sort by member and
time, and one search finds any number of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from contracts.ids import MemberId

Column = NDArray[np.int64]
Flags = NDArray[np.bool_]

MEMBERS_MAX = 8_000
"""Members, or lives of members, that moments tell apart."""
ROWS_MAX = 1 << 20
RETURNS_MAX = 32
"""Returns of a member who is one of a crowd."""
SHIFT = 50
TIME = (1 << SHIFT) - 1
EXACT_MAX = 1 << 62
"""No sum of a crowd may come near the end of 64 bits."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
UNHEARD = -1
"""Where points-svc has not told yet what a purchase brought."""


class Returned(NamedTuple):
    """Returns, each member's by (occurred_at, fact id): from `effect_at` on the purchase at the
    place `of` is what the rest says, all that came back before included.
    """

    of: Column
    effect_at: Column
    spend: Column
    visits: Column
    points: Mapping[str, Column]

    def pick(self, places: Column | Flags) -> "Returned":
        """Some of them, in an order."""
        of, effect_at, spend, visits = (column[places] for column in self[:4])
        points = {kind: column[places] for kind, column in self.points.items()}
        return Returned(of, effect_at, spend, visits, points)

    def in_effect(self, effect_at: Column) -> "Returned":
        """All of them, each looked at at an instant of its own, in that order."""
        return self._replace(effect_at=effect_at).pick(np.argsort(effect_at, kind="stable"))


NOTHING: Column = np.zeros(0, dtype=np.int64)
NOTHING_RETURNED = Returned(NOTHING, NOTHING, NOTHING, NOTHING, {})


@dataclass(frozen=True, slots=True)
class Crowd:
    """Members by id, and their purchases by member and time, as they were bought: `owner` is the
    member's place, `returned` says what came back. No way up was ever given. Spend in parts of a
    minor unit, `scale` of them to one; points by point type, `UNHEARD` where they are not known.
    """

    member_ids: Sequence[MemberId]
    enrolled_at: Column
    owner: Column
    at: Column
    spend: Column
    visits: Column
    points: Mapping[str, Column]
    returned: Returned = NOTHING_RETURNED
    scale: int = 1

    def before(self, horizon: int) -> "Crowd":
        """Without what was bought, or came back, from an instant on."""
        crowd = self.where(self.at < horizon)
        is_back = crowd.returned.effect_at < horizon
        return crowd if is_back.all() else replace(crowd, returned=crowd.returned.pick(is_back))

    def where(self, is_wanted: Flags) -> "Crowd":
        """The same members with some of their purchases."""
        if is_wanted.all():
            return self
        back = self.returned.pick(is_wanted[self.returned.of])
        return replace(
            self,
            owner=self.owner[is_wanted],
            at=self.at[is_wanted],
            spend=self.spend[is_wanted],
            visits=self.visits[is_wanted],
            points={kind: points[is_wanted] for kind, points in self.points.items()},
            returned=back._replace(of=(np.cumsum(is_wanted) - 1)[back.of]),
        )

    def left(self) -> "Crowd":
        """The purchases that did not come back whole, as all that came back leaves them."""
        if not self.returned.of.size:
            return self
        back = self.returned.in_effect(self.returned.effect_at)
        back = back.pick(np.argsort(back.of, kind="stable"))
        back = back.pick(is_last_of(back.of))
        spend, visits = self.spend.copy(), self.visits.copy()
        spend[back.of], visits[back.of] = back.spend, back.visits
        left = replace(self, spend=spend, visits=visits, returned=NOTHING_RETURNED)
        return left.where(visits > 0)

    def heard(self, point_types: frozenset[str]) -> "Crowd":
        """The purchases that count by a ladder: all that it asks for was heard of them."""
        if not point_types:
            return self
        parts = [self.points[kind] != UNHEARD for kind in sorted(point_types)]
        return self.where(np.logical_and.reduce(parts))

    def largest(self, looks: int) -> int:
        """No sum of any of its columns is greater, nor of its members' lives."""
        columns = (self.spend, *self.points.values())
        return max((int(one.max()) for one in columns if one.size), default=0) * self.rows(looks)

    def lives(self, looks: int) -> int:
        """Its members have no more lives than this, where each return is looked at so many times
        at most.
        """
        return len(self.member_ids) + self.returned.of.size * looks

    def rows(self, looks: int) -> int:
        """Its purchases, those of a member once more for each look at a return."""
        if not self.returned.of.size:
            return self.owner.size
        purchases = np.bincount(self.owner)
        return self.owner.size + int(purchases[self.owner[self.returned.of]].sum()) * looks

    def is_large(self, looks: int) -> bool:
        """Whether it is to be halved before anything is calculated."""
        is_much = self.lives(looks) > MEMBERS_MAX or self.rows(looks) > ROWS_MAX
        return len(self.member_ids) > 1 and is_much

    def between(self, first: int, last: int) -> "Crowd":
        """Some of the members, by their places."""
        rows = slice(*np.searchsorted(self.owner, (first, last)).tolist())
        back = self.returned
        back = back.pick((back.of >= rows.start) & (back.of < rows.stop))
        return replace(
            self,
            member_ids=self.member_ids[first:last],
            enrolled_at=self.enrolled_at[first:last],
            owner=self.owner[rows] - first,
            at=self.at[rows],
            spend=self.spend[rows],
            visits=self.visits[rows],
            points={kind: points[rows] for kind, points in self.points.items()},
            returned=back._replace(of=back.of - rows.start),
        )


NOBODY = Crowd((), NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, {})


def sorted_crowd(
    member_ids: Sequence[MemberId],
    enrolled_at: Column,
    owner: Column,
    at: Column,
    spend: Column,
    points: Mapping[str, Column],
) -> Crowd:
    """A crowd of purchases in any order; those whose owner is below 0 are nobody's."""
    assert len(member_ids) <= MEMBERS_MAX, "64 bits tell no more of them apart"
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
        np.ones_like(order),
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
        assert int(owner.max(initial=0)) < MEMBERS_MAX, "64 bits tell no more of them apart"
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


def distinct(column: Column) -> Column:
    """Its numbers in order, each once."""
    in_order = np.sort(column)
    return in_order[is_first_of(in_order)]


def per_member(owner: Column, amounts: Column, members: int) -> Column:
    """What each member's amounts are together."""
    bounds = np.searchsorted(owner, np.arange(members + 1))
    upto: Column = np.append(0, np.cumsum(amounts))
    return upto[bounds[1:]] - upto[bounds[:-1]]
