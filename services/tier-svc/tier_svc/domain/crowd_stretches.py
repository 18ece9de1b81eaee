"""Where many members stand elsewhere by a scenario, and when (T7): what `simulation.stretches`
finds of each.
"""

from typing import NamedTuple

import numpy as np

from tier_svc.domain.crowd import Column, Reach, distinct, is_first_of, owners
from tier_svc.domain.crowd_sides import Side


class Stretches(NamedTuple):
    """In [from_at, to_at), instants, a member stands elsewhere than before; by member and time."""

    owner: Column
    from_at: Column
    to_at: Column
    before: Column
    after: Column


def stretches_of(was: Side, now: Side, who: Column, since: Column, reach: Reach) -> Stretches:
    """Where two sides differ for each of `who`, from an instant of their own to the horizon."""
    begins = reach.moments(who, since)
    changes = np.concatenate((was.courses.moments, now.courses.moments))
    changes = changes[reach.is_before_horizon(changes)]
    place = np.searchsorted(begins, changes, side="right") - 1
    is_after = np.append(owners(begins), -1)[place] == owners(changes)
    moments = distinct(np.concatenate((begins, changes[is_after])))
    owner, before, after = owners(moments), was.tier(moments), now.tier(moments)
    is_other = is_first_of(owner) | is_first_of(before) | is_first_of(after)
    owner, before, after = owner[is_other], before[is_other], after[is_other]
    from_at = reach.instants(moments[is_other])
    is_last = np.append(is_first_of(owner)[1:], True)
    to_at = np.where(is_last, reach.horizon, np.append(from_at[1:], 0))
    differs = before != after
    return Stretches(
        *(column[differs] for column in (owner, from_at, to_at, before, after)),
    )
