"""One side of a scenario for many members at once: which tier each stands in, and what that costs
(T7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tier_svc.domain.crowd import (
    EXACT_MAX,
    Column,
    Crowd,
    Flags,
    Reach,
    micros,
)
from tier_svc.domain.crowd_courses import Courses, is_plain
from tier_svc.domain.crowd_grounds import Grounds, places_of
from tier_svc.domain.crowd_tests import highest_of, lowest_of
from tier_svc.domain.instants import TICK
from tier_svc.domain.publications import Publication
from tier_svc.domain.scenario import Scenario, Terms


@dataclass(frozen=True, slots=True)
class Side:
    """Each member's course, by places in the list of its publications' rungs. Tiers are places in
    the scenario's list of them; `tiers`: that of each rung.
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


def is_for_crowds(scenario: Scenario) -> bool:
    """Whether a scenario is calculated for many members at once: each version is plain, and of
    points at most one type is asked for.
    """
    point_types = {kind for ladder in scenario.ladders for kind in ladder.point_types}
    return len(point_types) <= 1 and all(is_plain(ladder) for ladder in scenario.ladders)


def tiers_of(scenario: Scenario) -> list[str]:
    """Every tier of either side, once."""
    return list(dict.fromkeys(r.tier for ladder in scenario.ladders for r in ladder.rungs))


def looks_of(scenario: Scenario) -> int:
    """How often one return is looked at, at most: once for each way in which the versions of a side
    do.
    """
    sides = (scenario.before, scenario.after)
    return max(len({(one.ladder.on_return, one.zone) for one in side}) for side in sides)


def sides_of(scenario: Scenario, crowd: Crowd, reach: Reach) -> tuple[Side, Side]:
    """Both sides. What both count alike is counted once."""
    since = micros(scenario.from_at - TICK)
    grounds = Grounds(crowd, since, reach, lowest_of(scenario.ladders))
    names = tiers_of(scenario)
    was = _side(grounds, scenario.before, names)
    return was, was if scenario.is_same else _side(grounds, scenario.after, names)


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
    largest = crowd.largest(looks_of(scenario))
    sums = largest * max((rate.numerator for rate in rates), default=1)
    edges = max(highest_of(scenario.ladders), *scenario.bands_minor)
    parts = max((rate.denominator for rate in rates), default=1)
    monthly = max((of.benefit_monthly_minor for of in scenario.terms.values()), default=0)
    months = monthly * len(scenario.instants) * len(crowd.member_ids)
    return max(largest, sums, edges * crowd.scale, parts, months) < EXACT_MAX


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


def _side(grounds: Grounds, publications: Sequence[Publication], names: Sequence[str]) -> Side:
    starts_at, found = grounds.course(publications)
    tiers = [names.index(tier) for tier in places_of(publications).tiers]
    return Side(starts_at, found, np.array(tiers, dtype=np.int64))
