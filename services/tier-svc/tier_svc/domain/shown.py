"""What is shown of a member over time: the highest of the rungs in force, the floors, the ways up,
and of two versions the one that holds (T3, T5, T8).

Everything is a list of changes by instant; each holds until the next.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from tier_svc.domain.grounds import Migration
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.stays import Stay
from tier_svc.domain.ways import Lift


@dataclass(frozen=True, slots=True)
class Shown:
    """From `at` on the rung of `rank`: by its own stay, or by what lifts above all stays; by
    neither on the base.
    """

    at: datetime
    ladder: Ladder
    rank: int
    stay: Stay | None = None
    lift: Lift | None = None

    @property
    def tier(self) -> str:
        """The tier that is shown."""
        return self.ladder.rungs[self.rank].tier


Course = Sequence[Shown]


def shown(ladder: Ladder, found: Sequence[Sequence[Stay]], start: datetime) -> list[Shown]:
    """The highest rung in force at every instant from `start` on at which a stay begins, renews or
    ends.
    """
    if not any(found):
        return [Shown(start, ladder, 0)]
    places = [0] * len(found)
    out = []
    for at in _instants(found, start):
        rank, stay = 0, None
        for higher in range(len(found) - 1, 0, -1):
            stay = _in_force(found[higher], places, higher, at)
            if stay is not None:
                rank = higher
                break
        out.append(Shown(at, ladder, rank, stay))
    return out


def overlay(course: Course, lifts_of: Mapping[int, Sequence[Lift]]) -> Course:
    """The course where nothing is below the lifts in force; each version has its own."""
    every = [lift for lifts in lifts_of.values() for lift in lifts]
    if not every:
        return course
    start = course[0].at
    edges = {edge for lift in every for edge in (lift.from_at, lift.to_at) if edge is not None}
    instants = sorted({one.at for one in course} | {edge for edge in edges if edge > start})
    states = (replace(state_at(course, at), at=at) for at in instants)
    return [_lifted(state, lifts_of[state.ladder.version]) for state in states]


def hand_over(before: Course, now: Course, at: datetime, migration: Migration) -> Course:
    """The course of two versions, where the later one is in force from `at` on.

    `before` is what the earlier version gives by the facts before `at`, nothing of it renewed from
    there on. Whoever comes after `at` knows the later version alone.
    """
    if at <= before[0].at:
        return now
    if migration is Migration.UPWARD_ONLY:
        return [*_until(before, at), *_higher(_since(before, at), _since(now, at))]
    ends_at: datetime | None = at
    if migration is Migration.NEXT_EVALUATION:
        ends_at = _end_of_stay(before, at)
    if ends_at is None:
        return before
    return [*_until(before, ends_at), *_since(now, ends_at)]


def _end_of_stay(before: Course, at: datetime) -> datetime | None:
    """When the tier of an instant ends; at once on the base."""
    running = state_at(before, at)
    if running.rank == 0:
        return at
    return next((one.at for one in before if one.at > at and one.tier != running.tier), None)


def _higher(before: Course, now: Course) -> Iterable[Shown]:
    """At each instant the higher of two courses; the later one where they are equal."""
    for at in sorted({one.at for one in (*before, *now)}):
        carried, new = state_at(before, at), state_at(now, at)
        is_carried = new.ladder.ranks.get(carried.tier, 0) > new.rank
        yield replace(carried if is_carried else new, at=at)


def _until(course: Course, at: datetime) -> Course:
    return [one for one in course if one.at < at]


def _since(course: Course, at: datetime) -> Course:
    return [replace(state_at(course, at), at=at), *(one for one in course if one.at > at)]


def state_at(course: Course, at: datetime) -> Shown:
    """What is shown at an instant; before it all, what it begins with."""
    place = bisect_right(course, at, key=attrgetter("at")) - 1
    return course[max(place, 0)]


def _lifted(now: Shown, lifts: Sequence[Lift]) -> Shown:
    """The highest lift in force, if it is above what is shown; of equal ones the first."""
    for lift in lifts:
        rank = now.ladder.ranks.get(lift.tier, 0)
        is_in_force = lift.from_at <= now.at and (lift.to_at is None or now.at < lift.to_at)
        if is_in_force and rank > now.rank:
            now = Shown(now.at, now.ladder, rank, None, lift)
    return now


def _in_force(found: Sequence[Stay], places: list[int], rank: int, at: datetime) -> Stay | None:
    """The stay that contains `at`; moves the rung's place past those that are over."""
    while places[rank] < len(found):
        stay = found[places[rank]]
        until = stay.until
        if until is None or at < until:
            return stay if stay.since <= at else None
        places[rank] += 1
    return None


def _instants(found: Sequence[Sequence[Stay]], start: datetime) -> list[datetime]:
    instants = {start}
    for rung in found:
        for stay in rung:
            instants.add(stay.since)
            instants.update(stay.renewed_at)
            if stay.ending is not None:
                instants.add(stay.ending.until)
    return sorted(at for at in instants if at >= start)
