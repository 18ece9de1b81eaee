"""One side of a scenario for many members at once: which tier each stands in, and what that costs
(T7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from tier_svc.domain.crowd import (
    EXACT_MAX,
    Column,
    Crowd,
    Flags,
    Reach,
    Returned,
    is_first_of,
    micros,
)
from tier_svc.domain.crowd_courses import Courses, courses, is_plain
from tier_svc.domain.crowd_days import adding, ending
from tier_svc.domain.crowd_lives import Lives, lives_of
from tier_svc.domain.crowd_tests import Counting, Lowest, highest_of, lowest_of
from tier_svc.domain.instants import TICK, Periods, Span
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.publications import Publication
from tier_svc.domain.scenario import Scenario, Terms


@dataclass(frozen=True, slots=True)
class Side:
    """Each member's course by one version. Tiers are places in the scenario's list of them;
    `tiers`: that of each rank.
    """

    starts_at: Column
    courses: Courses
    tiers: Column

    def tier(self, moments: Column) -> Column:
        """The tier at each of these moments."""
        return self.tiers[self.courses.at(moments)]


@dataclass(frozen=True, slots=True)
class Bought:
    """The purchases of the period that did not come back whole by its end: by whom, when, and for
    how much, in parts of a minor unit.
    """

    owner: Column
    at: Column
    spend: Column
    is_rated: Flags
    """Whether it was bought since its member's enrolment."""
    scale: int


class _Counted(NamedTuple):
    """What a side counts by: the start of each member's timeline, and their lives where something
    came back.
    """

    starts_at: Column
    lives: Lives | None
    counting: Counting


_Alike = tuple[ZoneInfo, frozenset[str], Span | Periods | None]


def is_for_crowds(scenario: Scenario) -> bool:
    """Whether a scenario is calculated for many members at once: each side is one version that is
    plain, and of points at most one type is asked for.
    """
    sides = (scenario.before, scenario.after)
    point_types = {kind for ladder in scenario.ladders for kind in ladder.point_types}
    is_single = all(len(side) == 1 for side in sides) and len(point_types) <= 1
    return is_single and all(is_plain(ladder) for ladder in scenario.ladders)


def tiers_of(scenario: Scenario) -> list[str]:
    """Every tier of either side, once."""
    return list(dict.fromkeys(r.tier for ladder in scenario.ladders for r in ladder.rungs))


def sides_of(scenario: Scenario, crowd: Crowd, reach: Reach) -> tuple[Side, Side]:
    """Both sides. What both count alike is counted once."""
    lowest = lowest_of(scenario.ladders)
    since = micros(scenario.from_at - TICK)
    counted: dict[_Alike, _Counted] = {}
    out = []
    for (one,) in (scenario.before, scenario.after):
        alike = (one.zone, one.ladder.point_types, one.ladder.on_return)
        if alike not in counted:
            heard = crowd.heard(one.ladder.point_types)
            counted[alike] = _counted(heard, one, since, reach, lowest)
        out.append(_side(one.ladder, counted[alike], tiers_of(scenario)))
    return out[0], out[1]


def bought_in(scenario: Scenario, crowd: Crowd) -> Bought:
    """The purchases of the period, of a crowd before its end."""
    within = crowd.where(crowd.at >= micros(scenario.from_at)).left()
    is_rated = within.at >= within.enrolled_at[within.owner]
    return Bought(within.owner, within.at, within.spend, is_rated, within.scale)


def is_exact(scenario: Scenario, crowd: Crowd) -> bool:
    """Whether 64 bits hold everything that is summed, compared or multiplied."""
    rates = [
        rate
        for of in scenario.terms.values()
        for rate in _rates(of, scenario.unit_minor, crowd.scale)
    ]
    sums = crowd.largest * max((rate.numerator for rate in rates), default=1)
    edges = max(highest_of(scenario.ladders), *scenario.bands_minor)
    parts = max((rate.denominator for rate in rates), default=1)
    monthly = max((of.benefit_monthly_minor for of in scenario.terms.values()), default=0)
    months = monthly * len(scenario.instants) * len(crowd.member_ids)
    return max(crowd.largest, sums, edges * crowd.scale, parts, months) < EXACT_MAX


def costs_of(scenario: Scenario, side: Side, bought: Bought, reach: Reach) -> tuple[Column, Column]:
    """For each purchase the points that it brings and what benefits give away of it in minor units,
    at the tier just before it (P6), at the base before its member's enrolment.
    """
    if not scenario.terms:
        return np.zeros_like(bought.spend), np.zeros_like(bought.spend)
    tier = side.tier(reach.moments(bought.owner, bought.at) - 1)
    tier = np.where(bought.is_rated, tier, side.tiers[0])
    unit_minor = scenario.unit_minor
    rates = [_rates(scenario.terms[name], unit_minor, bought.scale) for name in tiers_of(scenario)]
    points, shares = zip(*rates, strict=True)
    return _parts(bought.spend, points, tier), _parts(bought.spend, shares, tier)


def _parts(spend: Column, rates: Sequence[Fraction], tier: Column) -> Column:
    """A part of each amount, rounded down."""
    times = np.array([rate.numerator for rate in rates], dtype=np.int64)
    by = np.array([rate.denominator for rate in rates], dtype=np.int64)
    return spend * times[tier] // by[tier]


def _rates(terms: Terms, unit_minor: int, scale: int) -> tuple[Fraction, Fraction]:
    """Of a part of a minor unit: the points that it brings, and what benefits give away of it."""
    points, share = terms.points_per_unit, terms.benefit_share
    return points * Fraction(1, unit_minor * scale), share * Fraction(1, scale)


def _counted(heard: Crowd, one: Publication, since: int, reach: Reach, lowest: Lowest) -> _Counted:
    starts_at = heard.enrolled_at.copy()
    first = np.flatnonzero(is_first_of(heard.owner))
    owner = heard.owner[first]
    starts_at[owner] = np.minimum(starts_at[owner], heard.at[first])
    if not heard.returned.of.size:
        return _Counted(starts_at, None, Counting(heard, one.zone, reach, lowest))
    back = _looked_at(heard.returned, one, reach)
    lives = lives_of(np.maximum(starts_at, since), [(heard.owner[back.of], back.effect_at)], reach)
    counting = Counting(lives.lived(heard, back), one.zone, reach, lowest)
    return _Counted(starts_at, lives, counting)


def _looked_at(returned: Returned, one: Publication, reach: Reach) -> Returned:
    """When a ladder looks at what came back."""
    effect_at, policy = returned.effect_at, one.ladder.on_return
    if isinstance(policy, Periods):
        effect_at = ending(policy, one.zone, reach)(effect_at)
    elif policy is not None:
        effect_at = adding(policy, one.zone, reach)(effect_at)
    back = returned.in_effect(effect_at)
    return back.pick(back.effect_at < reach.horizon)


def _side(ladder: Ladder, counted: _Counted, tiers: Sequence[str]) -> Side:
    found = courses(ladder, counted.counting)
    if counted.lives is not None:
        found = counted.lives.told(found)
    ranked = np.array([tiers.index(rung.tier) for rung in ladder.rungs], dtype=np.int64)
    return Side(counted.starts_at, found, ranked)
