"""What a scenario does to many members at once (T7): what `simulation.see` finds of each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from contracts.ids import MemberId
from tier_svc.domain.crowd import (
    MEMBERS_MAX,
    Column,
    Crowd,
    Flags,
    Reach,
    instants,
    is_first_of,
    micros,
    per_member,
)
from tier_svc.domain.crowd_days import is_steady
from tier_svc.domain.crowd_sides import (
    Bought,
    Side,
    bought_in,
    costs_of,
    is_exact,
    looks_of,
    sides_of,
    tiers_of,
)
from tier_svc.domain.crowd_stretches import Stretches, stretches_of
from tier_svc.domain.instants import TICK
from tier_svc.domain.scenario import Scenario
from tier_svc.domain.simulation import Stretch
from tier_svc.domain.simulation_tally import Cell, Sums, Tally
from tier_svc.domain.simulations import Move, Round, together

T = TypeVar("T")


class Segments(NamedTuple):
    """To which of the names each member belongs, by its place."""

    names: Sequence[str]
    of_member: Column

    def between(self, first: int, last: int) -> "Segments":
        """Those of some members, by their places."""
        return Segments(self.names, self.of_member[first:last])


class Outcome(NamedTuple):
    """By one side: the tier of each member at each instant that is looked at (a row each), and what
    that costs. Tiers are places in the scenario's list of them.
    """

    tiers: Column
    points: Column
    benefit_minor: Column


class Seen(NamedTuple):
    """Of all who are there before the end of the period what `simulation.Seen` says of one. `who`:
    their places; `is_there`: at which of the instants they are there; spend bands are places too.
    """

    who: Column
    is_there: Flags
    segment: Column
    band: Column
    spend: Column
    before: Outcome
    after: Outcome
    stretches: Stretches


def segments_of(
    member_ids: Iterable[MemberId], found: Mapping[MemberId, str], otherwise: str
) -> Segments:
    """The segments of members, by what was found of them."""
    places = {otherwise: 0}
    of_member = [
        places.setdefault(found.get(member, otherwise), len(places)) for member in member_ids
    ]
    return Segments(list(places), np.array(of_member, dtype=np.int64))


def see_crowd(scenario: Scenario, crowd: Crowd, segments: Segments) -> Round | None:
    """What is counted of these members, and those of them who move, by id. Nothing where 64 bits
    are too few, or a clock goes back over midnight: then each is looked at alone.
    """
    if not crowd.is_large(looks_of(scenario)):
        return _see(scenario, crowd, segments)
    size = len(crowd.member_ids)
    halves = ((0, size // 2), (size // 2, size))
    found = [see_crowd(scenario, crowd.between(*one), segments.between(*one)) for one in halves]
    one, other = found
    return together(one, other) if one and other else None


def _see(scenario: Scenario, crowd: Crowd, segments: Segments) -> Round | None:
    horizon = micros(scenario.to_at)
    crowd = crowd.before(horizon)
    reach = Reach(int(crowd.at.min(initial=micros(scenario.from_at - TICK))), horizon)
    zones = {one.zone for one in (*scenario.before, *scenario.after)}
    if crowd.lives(looks_of(scenario)) > MEMBERS_MAX:
        return None
    if not (reach.is_short and is_exact(scenario, crowd)):
        return None
    if not all(is_steady(zone, reach) for zone in zones):
        return None
    seen = _seen(scenario, crowd, reach, segments)
    names = tiers_of(scenario)
    cells = _cells(scenario, seen, names, segments.names)
    moves = _moves(scenario, crowd, seen, names, segments.names)
    return Round(Tally(cells, _spreads(seen, names)), list(moves))


def _seen(scenario: Scenario, crowd: Crowd, reach: Reach, segments: Segments) -> Seen:
    was, now = sides_of(scenario, crowd, reach)
    starts_at = np.minimum(was.starts_at, now.starts_at)
    who = np.flatnonzero(starts_at < reach.horizon)
    looked_at = _looked_at(scenario)
    bought = bought_in(scenario, crowd)
    spend = per_member(bought.owner, bought.spend, starts_at.size)[who]
    bands = np.array(scenario.bands_minor, dtype=np.int64) * bought.scale
    return Seen(
        who,
        looked_at >= starts_at[who],
        segments.of_member[who],
        np.searchsorted(bands, spend, side="right"),
        spend // bought.scale,
        _outcome(scenario, was, bought, who, reach),
        _outcome(scenario, now, bought, who, reach),
        stretches_of(was, now, who, np.maximum(starts_at[who], micros(scenario.from_at)), reach),
    )


def _outcome(scenario: Scenario, side: Side, bought: Bought, who: Column, reach: Reach) -> Outcome:
    looked_at = _looked_at(scenario)
    tiers = side.tier(reach.moments(who, looked_at))
    points, minor = costs_of(scenario, side, bought, reach)
    members = side.starts_at.size
    monthly = _monthly(scenario)[tiers]
    is_due = np.array([[one.is_month_end] for one in scenario.instants])
    is_due = is_due & (looked_at >= side.starts_at[who])
    return Outcome(
        tiers,
        per_member(bought.owner, points, members)[who],
        per_member(bought.owner, minor, members)[who] + np.where(is_due, monthly, 0).sum(axis=0),
    )


def _looked_at(scenario: Scenario) -> Column:
    return np.array([[micros(one.at)] for one in scenario.instants], dtype=np.int64)


def _monthly(scenario: Scenario) -> Column:
    """What benefits of a month cost, in minor units, by tier."""
    terms = [scenario.terms.get(tier) for tier in tiers_of(scenario)]
    return np.array([of.benefit_monthly_minor if of else 0 for of in terms], dtype=np.int64)


def _spreads(seen: Seen, names: Sequence[str]) -> list[tuple[Counter[str], Counter[str]]]:
    return [
        (_counted(was[is_there], names), _counted(now[is_there], names))
        for is_there, was, now in zip(
            seen.is_there, seen.before.tiers, seen.after.tiers, strict=True
        )
    ]


def _counted(tiers: Column, names: Sequence[str]) -> Counter[str]:
    counts = np.bincount(tiers, minlength=len(names)).tolist()
    return Counter({name: count for name, count in zip(names, counts, strict=True) if count})


def _cells(
    scenario: Scenario, seen: Seen, names: Sequence[str], segments: Sequence[str]
) -> dict[Cell, Sums]:
    """Cells in the order in which their first members come."""
    bands = (0, *scenario.bands_minor)
    size = (len(segments), len(bands), len(names), len(names))
    parts = (seen.segment, seen.band, seen.before.tiers[-1], seen.after.tiers[-1])
    if not seen.who.size:
        return {}
    code, first, of = np.unique(
        np.ravel_multi_index(parts, size), return_index=True, return_inverse=True
    )
    sums = np.zeros((code.size, len(Sums._fields)), dtype=np.int64)
    np.add.at(sums, of, _sums(scenario, seen, names))
    out: dict[Cell, Sums] = {}
    for place in np.argsort(first).tolist():
        segment, band, was, now = (int(n) for n in np.unravel_index(int(code[place]), size))
        cell = Cell(segments[segment], bands[band], names[was], names[now])
        out[cell] = out.get(cell, Sums()).plus(Sums(*sums[place].tolist()))
    return out


def _sums(scenario: Scenario, seen: Seen, names: Sequence[str]) -> Column:
    """What each member adds to the sums of a cell: a row each."""
    steps = np.array([[scenario.steps(was, now) for now in names] for was in names])
    step = steps[seen.before.tiers[-1], seen.after.tiers[-1]]
    return np.column_stack(
        (
            np.ones_like(seen.spend),
            np.isin(seen.who, seen.stretches.owner),
            step > 0,
            step < 0,
            seen.spend,
            seen.before.points,
            seen.after.points,
            seen.before.benefit_minor,
            seen.after.benefit_minor,
        )
    )


def _moves(
    scenario: Scenario, crowd: Crowd, seen: Seen, names: Sequence[str], segments: Sequence[str]
) -> Iterator[Move]:
    """Those who stand elsewhere at some time, by id."""
    found = seen.stretches
    moved = list(
        map(
            Stretch,
            instants(found.from_at),
            instants(found.to_at),
            _each(names, found.before),
            _each(names, found.after),
        )
    )
    first = np.flatnonzero(is_first_of(found.owner))
    edges = np.append(first, found.owner.size).tolist()
    place = np.searchsorted(seen.who, found.owner[first])
    return map(
        Move,
        _each(crowd.member_ids, found.owner[first]),
        _each(segments, seen.segment[place]),
        _each((0, *scenario.bands_minor), seen.band[place]),
        seen.spend[place].tolist(),
        _each(names, seen.before.tiers[-1][place]),
        _each(names, seen.after.tiers[-1][place]),
        map(moved.__getitem__, map(slice, edges, edges[1:])),
    )


def _each(named: Sequence[T], places: Column) -> Iterator[T]:
    return map(named.__getitem__, places.tolist())
