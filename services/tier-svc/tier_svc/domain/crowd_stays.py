"""The stays of one rung for many members at once: what `stays` finds for one.

Members take their steps together: the first of each, then the second of those who have one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from tier_svc.domain.crowd import SHIFT, Column, Flags, Reach, distinct, is_first_of, owners
from tier_svc.domain.crowd_days import adding, ending
from tier_svc.domain.crowd_tests import Times
from tier_svc.domain.instants import Periods, Span
from tier_svc.domain.ladder import Renewal, Rung

STEPS_MAX = 100_000
FOR_EVER = "a ladder whose stays renew for ever is never published"
NEVER = int(np.iinfo(np.int64).max)
"""The moment of nobody."""


class Stays(NamedTuple):
    """A rung in force from `since` until `until` (the horizon, where nothing ends it before), each
    a moment of the same member, in order.
    """

    since: Column
    until: Column


@dataclass(frozen=True, slots=True)
class Rules:
    """What keeps a stay of a rung. Moments come in and go out."""

    rung: Rung
    zone: ZoneInfo
    reach: Reach
    frozen_at: int | None = None

    def may_renew(self, begin: Column) -> Flags:
        """Which stays may begin anew, at these moments."""
        if self.frozen_at is None:
            return np.ones(begin.size, dtype=np.bool_)
        return self.reach.instants(begin) < self.frozen_at

    def kept_until(self, unmet: Column, is_met_before: bool) -> Column:
        """Until when grace and the end of the stay keep a rung whose test is not met from `unmet`
        on; where it was met before, the stay's period is the one just before.
        """
        return np.maximum(self.graced(unmet), self.stay_end(unmet, is_met_before))

    def graced(self, unmet: Column) -> Column:
        """Until when grace keeps it."""
        return self.reach.moved(unmet, adding(self.rung.grace, self.zone, self.reach))

    def minimum_end(self, since: Column) -> Column:
        """Until when the minimum stay keeps it."""
        return self.reach.moved(since, adding(self.rung.minimum_stay, self.zone, self.reach))

    def stay_end(self, at: Column, is_met_before: bool) -> Column:
        """The end of a stay that begins, or whose test is met no more."""
        stay = self.rung.stay
        if isinstance(stay, Span):
            return self.reach.moved(at, adding(stay, self.zone, self.reach))
        if isinstance(stay, Periods):
            end = ending(stay, self.zone, self.reach)
            return self.reach.moved(at, lambda one: end(one - is_met_before))
        return at


def stays(rules: Rules, met: Times, steps: Column) -> Stays:
    """Every stay of a rung. `steps` are the moments at which the rung above ends by one step."""
    if not met.from_at.size and not steps.size:
        return Stays(met.from_at, met.to_at)
    if rules.rung.renewal is Renewal.AT_PERIOD_END:
        return _renewed(rules, met, steps)
    return _continued(rules, met, steps)


def ends_of(found: Stays, reach: Reach) -> Column:
    """The moments at which a rung is lost; one that begins anew at that moment is not lost."""
    begun = found.since[found.since != found.until]
    ended = found.until[reach.is_before_horizon(found.until)]
    place = np.searchsorted(begun, ended)
    return distinct(ended[np.append(begun, NEVER)[place] != ended])


def _continued(rules: Rules, met: Times, steps: Column) -> Stays:
    """Each time the test is met before the end of a stay, its end moves; what comes at its end or
    later begins another. A step within a stay is none.
    """
    kept = rules.kept_until(met.to_at, is_met_before=True)
    kept = np.concatenate((kept, rules.kept_until(steps, is_met_before=False)))
    at = np.concatenate((met.from_at, steps))
    order = np.argsort(at, kind="stable")
    is_step = order >= met.from_at.size
    at, kept = at[order], kept[order]
    minimum = rules.minimum_end(at)
    until = np.maximum(kept, minimum)
    is_begin = is_first_of(owners(at))
    begun = np.flatnonzero(is_begin)
    first, counts = begun, np.diff(np.append(begun, at.size))
    for turn in range(1, int(counts.max())):
        is_on = counts > turn
        first, counts, begun = first[is_on], counts[is_on], begun[is_on]
        now = first + turn
        is_new = at[now] >= until[begun]
        begun = np.where(is_new, now, begun)
        is_carried = is_new | ~is_step[now]
        carried = begun[is_carried]
        until[carried] = np.maximum(kept[now[is_carried]], minimum[carried])
        is_begin[now] = is_new
    return Stays(at[is_begin], until[is_begin])


def _renewed(rules: Rules, met: Times, steps: Column) -> Stays:
    """Only the end of each stay looks at the test, or the time until nothing keeps the rung."""
    found: list[Stays] = []
    owner = distinct(np.concatenate((owners(met.from_at), owners(steps))))
    after = owner << SHIFT
    for _ in range(STEPS_MAX):
        tested, stepped = _next(met.from_at, after, owner), _next(steps, after, owner)
        since = np.minimum(tested, stepped)
        is_there = since != NEVER
        owner, since, is_step = owner[is_there], since[is_there], (since != tested)[is_there]
        if not owner.size:
            break
        until = _followed(rules, met, since, is_step)
        found.append(Stays(since, until))
        after = np.where(until > since, until, until + 1)
    else:
        raise AssertionError(FOR_EVER)
    return _in_order(found)


def _followed(rules: Rules, met: Times, since: Column, is_step: Flags) -> Column:
    """Until when each of these stays lasts, all its renewals included."""
    minimum = rules.minimum_end(since)
    unmet = np.where(is_step, since, rules.stay_end(since, is_met_before=False))
    until = np.maximum(rules.graced(unmet), minimum)
    until = np.where(is_step, np.maximum(until, rules.stay_end(since, is_met_before=False)), until)
    now = np.arange(since.size)
    for _ in range(STEPS_MAX):
        place = np.searchsorted(met.to_at, unmet, side="right")
        begin = np.maximum(_at(met.from_at, place, owners(unmet)), unmet)
        is_on = (begin != NEVER) & ((begin == unmet) | (begin < until[now]))
        is_on &= rules.may_renew(begin)
        now = now[is_on]
        if not now.size:
            break
        unmet = rules.stay_end(begin[is_on], is_met_before=False)
        until[now] = np.maximum(rules.graced(unmet), minimum[now])
    else:
        raise AssertionError(FOR_EVER)
    return until


def _next(moments: Column, after: Column, owner: Column) -> Column:
    """Each member's first moment that is not before another one; `NEVER` where there is none."""
    return _at(moments, np.searchsorted(moments, after), owner)


def _at(moments: Column, places: Column, owner: Column) -> Column:
    found = np.append(moments, NEVER)[places]
    return np.where(owners(found) == owner, found, NEVER)


def _in_order(found: Sequence[Stays]) -> Stays:
    since = np.concatenate([one.since for one in found])
    until = np.concatenate([one.until for one in found])
    order = np.argsort(since, kind="stable")
    return Stays(since[order], until[order])
