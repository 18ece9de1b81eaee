"""How members come from one version to the next, for many at once (T8): what `shown.hand_over`
finds for one.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tier_svc.domain.crowd import Column, Flags, is_first_of, owners
from tier_svc.domain.crowd_courses import Courses, joined
from tier_svc.domain.grounds import Migration


class Places(NamedTuple):
    """Rungs of several versions, each a place in one list: its tier, and the rank that it has in
    its own version.
    """

    tiers: Sequence[str]
    ranks: Column


class Handing(NamedTuple):
    """How a later version takes over, for each member: from a moment on, by a migration; whoever
    comes after that (`is_new`) knows it alone, from a moment of their own on. `now_ranks`: the rank
    that the tier of each place has in it. `never`: the end of each member's time.
    """

    migration: Migration
    at: Column
    is_new: Flags
    now_ranks: Column
    never: Column


def hand_over(before: Courses, now: Courses, places: Places, handing: Handing) -> Courses:
    """The course of two versions. `before` is what the earlier ones give, nothing of it renewed
    from there on.
    """
    from_at = handing.at
    if handing.migration is Migration.NEXT_EVALUATION:
        ends = _ends_of_stays(before, places, handing)
        from_at = np.where(handing.is_new, handing.at, ends)
    is_before = before.moments < from_at[owners(before.moments)]
    is_after = now.moments > from_at[owners(now.moments)]
    changes = [from_at, now.moments[is_after]]
    if handing.migration is Migration.UPWARD_ONLY:
        is_carried = before.moments > from_at[owners(before.moments)]
        changes.append(before.moments[is_carried])
    moments = np.sort(np.concatenate(changes))
    ranks = now.at(moments)
    if handing.migration is Migration.UPWARD_ONLY:
        carried = before.at(moments)
        is_higher = handing.now_ranks[carried] > places.ranks[ranks]
        ranks = np.where(is_higher & ~handing.is_new[owners(moments)], carried, ranks)
    return joined(
        np.concatenate((before.moments[is_before], moments)),
        np.concatenate((before.ranks[is_before], ranks)),
    )


def _ends_of_stays(before: Courses, places: Places, handing: Handing) -> Column:
    """When the tier of a moment ends; at once on the base."""
    running = before.at(handing.at)
    owner = owners(before.moments)
    is_later = before.moments > handing.at[owner]
    tiers = np.array([places.tiers.index(tier) for tier in places.tiers], dtype=np.int64)
    is_other = tiers[before.ranks] != tiers[running][owner]
    found = np.flatnonzero(is_later & is_other)
    found = found[is_first_of(owner[found])]
    ends = handing.never.copy()
    ends[owner[found]] = before.moments[found]
    return np.where(places.ranks[running] == 0, handing.at, ends)
