"""One side of a scenario for many members at once: which tier each stands in, and what that costs
(T7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np

from tier_svc.domain.crowd import EXACT_MAX, Column, Crowd, Flags, Reach, is_first_of, micros
from tier_svc.domain.crowd_courses import Courses, courses, is_plain
from tier_svc.domain.crowd_tests import Counting, lowest_of
from tier_svc.domain.ladder import Ladder
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
    """The purchases of the period: by whom, when, and for how much."""

    owner: Column
    at: Column
    spend: Column
    is_rated: Flags
    """Whether it was bought since its member's enrolment."""


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
    counted: dict[tuple[ZoneInfo, frozenset[str]], Counting] = {}
    out = []
    for (one,) in (scenario.before, scenario.after):
        alike = (one.zone, one.ladder.point_types)
        if alike not in counted:
            counted[alike] = Counting(crowd.heard(alike[1]), one.zone, reach, lowest)
        out.append(_side(one.ladder, counted[alike], tiers_of(scenario)))
    return out[0], out[1]


def bought_in(scenario: Scenario, crowd: Crowd) -> Bought:
    """The purchases of the period, of a crowd before its end."""
    within = crowd.where(crowd.at >= micros(scenario.from_at))
    is_rated = within.at >= within.enrolled_at[within.owner]
    return Bought(within.owner, within.at, within.spend, is_rated)


def is_exact(scenario: Scenario, crowd: Crowd) -> bool:
    """Whether 64 bits hold everything that is summed or multiplied."""
    rates = [rate for of in scenario.terms.values() for rate in _rates(of, scenario.unit_minor)]
    numerators = [rate.numerator for rate in rates]
    monthly = max((of.benefit_monthly_minor for of in scenario.terms.values()), default=0)
    sums = crowd.largest * max(1, *numerators) if numerators else crowd.largest
    return max(sums, monthly * len(scenario.instants) * len(crowd.member_ids)) < EXACT_MAX


def costs_of(scenario: Scenario, side: Side, bought: Bought, reach: Reach) -> tuple[Column, Column]:
    """For each purchase the points that it brings and what benefits give away of it in minor units,
    at the tier just before it (P6), at the base before its member's enrolment.
    """
    if not scenario.terms:
        return np.zeros_like(bought.spend), np.zeros_like(bought.spend)
    tier = side.tier(reach.moments(bought.owner, bought.at) - 1)
    tier = np.where(bought.is_rated, tier, side.tiers[0])
    rates = [_rates(scenario.terms[name], scenario.unit_minor) for name in tiers_of(scenario)]
    points, shares = zip(*rates, strict=True)
    return _parts(bought.spend, points, tier), _parts(bought.spend, shares, tier)


def _parts(spend: Column, rates: Sequence[Fraction], tier: Column) -> Column:
    """A part of each amount, rounded down."""
    times = np.array([rate.numerator for rate in rates], dtype=np.int64)
    by = np.array([rate.denominator for rate in rates], dtype=np.int64)
    return spend * times[tier] // by[tier]


def _rates(terms: Terms, unit_minor: int) -> tuple[Fraction, Fraction]:
    """Of a minor unit: the points that it brings, and what benefits give away of it."""
    return terms.points_per_unit * Fraction(1, unit_minor), terms.benefit_share


def _side(ladder: Ladder, counting: Counting, tiers: Sequence[str]) -> Side:
    starts_at = counting.crowd.enrolled_at.copy()
    first = np.flatnonzero(is_first_of(counting.crowd.owner))
    owner = counting.crowd.owner[first]
    starts_at[owner] = np.minimum(starts_at[owner], counting.crowd.at[first])
    ranked = np.array([tiers.index(rung.tier) for rung in ladder.rungs], dtype=np.int64)
    return Side(starts_at, courses(ladder, counting), ranked)
