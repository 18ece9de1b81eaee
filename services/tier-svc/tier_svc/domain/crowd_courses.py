"""What is shown of many members over time: the highest of the rungs in force, and the floors."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from tier_svc.domain.crowd import NOTHING, Column, Reach, is_first_of, is_last_of, owners
from tier_svc.domain.crowd_stays import Rules, Stays, ends_of, stays
from tier_svc.domain.crowd_tests import Counting, Times, is_counted
from tier_svc.domain.ladder import Downgrade, Ladder
from tier_svc.domain.rungs import kept_tiers

Ranked = tuple[int, Stays]
"""Stays of the rung of a rank."""


class Courses(NamedTuple):
    """From each moment on the rung of a rank, until the member's next; before the first, and for
    whom there is none, the base. A rank is never that of the moment before.
    """

    moments: Column
    ranks: Column
    base: int = 0

    def at(self, moments: Column) -> Column:
        """The rank at each of these moments."""
        places = np.searchsorted(self.moments, moments, side="right") - 1
        is_own = np.append(owners(self.moments), -1)[places] == owners(moments)
        return np.where(is_own, np.append(self.ranks, 0)[places], self.base)


def is_plain(ladder: Ladder) -> bool:
    """Whether a ladder is of those whose courses are calculated for many members at once."""
    is_open = all(rung.needs is None for rung in ladder.rungs)
    return is_open and all(is_counted(measure) for measure in ladder.measures)


def courses(ladder: Ladder, counting: Counting, frozen_at: int | None = None) -> Courses:
    """The course of each member by one version of a ladder that is plain. From `frozen_at` on, an
    instant, no stay is renewed.
    """
    reach = counting.reach
    found: list[Ranked] = []
    steps = NOTHING
    for rank in range(len(ladder.rungs) - 1, 0, -1):
        rung = ladder.rungs[rank]
        met = counting.met(rung.test) if rung.test else Times(NOTHING, NOTHING)
        if ladder.evaluated is not None:
            met = counting.looked_at(met, ladder.evaluated)
        of_rung = stays(Rules(rung, counting.zone, reach, frozen_at), met, steps)
        found += ((rank, of_rung), *_floors(ladder, rank, of_rung, reach))
        steps = ends_of(of_rung, reach) if rung.downgrade is Downgrade.ONE_STEP else NOTHING
    return _highest(found)


def joined(moments: Column, ranks: Column) -> Courses:
    """Courses of changes in any order; those of one moment are alike."""
    order = np.argsort(moments, kind="stable")
    moments, ranks = moments[order], ranks[order]
    was = np.append(0, ranks[:-1])
    was[is_first_of(owners(moments))] = 0
    is_other = ranks != was
    return Courses(moments[is_other], ranks[is_other])


def _floors(ladder: Ladder, rank: int, found: Stays, reach: Reach) -> Iterable[Ranked]:
    """What a member keeps for ever who has ever been on a rung."""
    since = found.since[found.since != found.until]
    since = since[is_first_of(owners(since))]
    until = reach.moments(owners(since), np.full_like(since, reach.horizon))
    for tier in kept_tiers(ladder.rungs[rank]):
        yield ladder.ranks.get(tier, 0), Stays(since, until)


def _highest(found: Sequence[Ranked]) -> Courses:
    """At each moment the highest rank in force; by the horizon every stay has ended."""
    if not found:
        return Courses(NOTHING, NOTHING)
    moments = np.concatenate([edge for _, (since, until) in found for edge in (since, until)])
    order = np.argsort(moments, kind="stable")
    moments = moments[order]
    sizes = [one.since.size for _, one in found]
    ranks = np.repeat([rank for rank, _ in found], [2 * size for size in sizes])[order]
    changes = np.concatenate([np.repeat((1, -1), size) for size in sizes])[order]
    highest = np.zeros_like(moments)
    for rank in sorted({rank for rank, _ in found}):
        in_force = np.cumsum(np.where(ranks == rank, changes, 0))
        highest[in_force > 0] = rank
    is_last = is_last_of(moments)
    moments, highest = moments[is_last], highest[is_last]
    is_other = highest != np.append(0, highest[:-1])
    return Courses(moments[is_other], highest[is_other])
