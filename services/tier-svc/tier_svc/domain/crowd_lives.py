"""Members whose purchases came back (T4): from a return's instant on what is told rests on what was
left, as if the rest had never been bought. So a member has a *life* from each such instant to the
next. Each is calculated as if it were a member; their courses follow each other.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tier_svc.domain.crowd import (
    MEMBERS_MAX,
    SHIFT,
    TIME,
    Column,
    Crowd,
    Reach,
    Returned,
    distinct,
    is_first_of,
    is_last_of,
    owners,
)
from tier_svc.domain.crowd_courses import Courses, joined


class Lives(NamedTuple):
    """Lives by member and time, each in [from_at, to_at), moments of its member. A member's first
    is from the origin on, the last to the horizon.
    """

    from_at: Column
    to_at: Column
    reach: Reach

    @property
    def members(self) -> Column:
        """Whose lives they are."""
        return owners(self.from_at)

    def of(self, moments: Column) -> Column:
        """The lives in which these moments are."""
        return np.searchsorted(self.from_at, moments, side="right") - 1

    def lived(self, crowd: Crowd, returned: Returned) -> Crowd:
        """Each life with what was bought by its end, as what came back by its beginning leaves it;
        `returned` in the order in which it is looked at.
        """
        members = self.members
        moments = self.reach.moments(crowd.owner, crowd.at)
        first = np.searchsorted(moments, members << SHIFT)
        counts = np.searchsorted(moments, self.to_at) - first
        begins = np.cumsum(counts) - counts - first
        owner = np.repeat(np.arange(members.size), counts)
        bought = np.arange(owner.size) - begins[owner]
        back, in_life = self._in_lives(crowd, returned)
        at = begins[in_life] + returned.of[back]
        return Crowd(
            (),
            crowd.enrolled_at[members],
            owner,
            crowd.at[bought],
            _replaced(crowd.spend[bought], at, returned.spend[back]),
            _replaced(crowd.visits[bought], at, returned.visits[back]),
            {
                kind: _replaced(of[bought], at, returned.points[kind][back])
                for kind, of in crowd.points.items()
            },
            scale=crowd.scale,
        )

    def _in_lives(self, crowd: Crowd, returned: Returned) -> tuple[Column, Column]:
        """In which lives which of the returns is the last of its purchase."""
        order = np.argsort(returned.of, kind="stable")
        of = returned.of[order]
        owner = crowd.owner[of]
        first = self.of(self.reach.moments(owner, returned.effect_at[order]))
        upto = np.searchsorted(self.members, owner, side="right")
        is_same = np.flatnonzero(~is_last_of(of))
        upto[is_same] = first[is_same + 1]
        counts = upto - first
        begins = np.cumsum(counts) - counts - first
        place = np.repeat(np.arange(of.size), counts)
        return order[place], np.arange(place.size) - begins[place]

    def told(self, found: Courses) -> Courses:
        """Each member's course: that of each life, while it lasts."""
        life, members = owners(found.moments), self.members
        moments = (members[life] << SHIFT) + (found.moments & TIME)
        is_first = is_first_of(members)
        is_last = np.append(is_first[1:], True)
        is_within = is_first[life] | (moments > self.from_at[life])
        is_within &= is_last[life] | (moments < self.to_at[life])
        later = np.flatnonzero(~is_first)
        begun = self.from_at[later]
        ranks = found.at((later << SHIFT) + (begun & TIME))
        return joined(
            np.concatenate((moments[is_within], begun)),
            np.concatenate((found.ranks[is_within], ranks)),
        )


def lives_of(begins: Column, looked_at: Sequence[tuple[Column, Column]], reach: Reach) -> Lives:
    """The lives of members from an instant of each on. `looked_at`: whose returns are looked at,
    and when; what came back before a member's instant is not told apart.
    """
    cuts = [
        reach.moments(owner, at)[(at > begins[owner]) & (at < reach.horizon)]
        for owner, at in looked_at
    ]
    all_begun = np.concatenate((np.arange(begins.size) << SHIFT, *cuts))
    from_at = distinct(all_begun)
    assert max(begins.size, from_at.size) <= MEMBERS_MAX, "64 bits tell no more of them apart"
    members = owners(from_at)
    to_at = reach.moments(members, np.full_like(members, reach.horizon))
    is_same = np.flatnonzero(members[1:] == members[:-1])
    to_at[is_same] = from_at[is_same + 1]
    return Lives(from_at, to_at, reach)


def _replaced(column: Column, places: Column, values: Column) -> Column:
    column[places] = values
    return column
