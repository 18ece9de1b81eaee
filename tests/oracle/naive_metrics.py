"""Metrics of the naive model: summed anew at each instant (T1)."""

from datetime import datetime
from typing import NamedTuple

from tests.oracle.naive_facts import Complained, Did, Kept, Life, Put, kept, standing
from tier_svc.domain.instants import TICK, Periods, after, anniversary_after, end_of, start_of
from tier_svc.domain.ladder import AllOf, AtLeast, AtMost, Ladder, Rung, Test
from tier_svc.domain.measures import (
    Anniversary,
    Calendar,
    Measure,
    Metric,
    Only,
    Rolling,
    Visits,
    Window,
)
from tier_svc.domain.publications import Publication
from tier_svc.domain.ways import PASSES


class Facts(NamedTuple):
    """What counts by one version at one instant."""

    bought: tuple[Kept, ...]
    did: tuple[Did, ...]
    put: tuple[Put, ...]
    complained: tuple[Complained, ...]


class World:
    """One version's view of a life, knowing nothing after `now`, and no fact from `until` on."""

    def __init__(
        self, life: Life, version: Publication, now: datetime, until: datetime | None
    ) -> None:
        self.life, self.ladder, self.zone = life, version.ladder, version.zone
        self.until = until
        self.facts = Facts(
            tuple(one for one in kept(life, version, now) if self.is_known(one.at, now)),
            tuple(one for one in life.did if self.is_known(one.at, now)),
            tuple(one for one in life.put if self.is_known(one.at, now)),
            tuple(one for one in standing(life, now) if self.is_known(one.at, now)),
        )

    def is_known(self, at: datetime, now: datetime) -> bool:
        return at <= now and (self.until is None or at < self.until)

    def window_end(self, at: datetime, window: Window) -> datetime | None:
        if isinstance(window, Rolling):
            return after(at, window.span, self.zone)
        if isinstance(window, Calendar):
            return end_of(at, Periods(window.period, 1), self.zone)
        if isinstance(window, Anniversary):
            return anniversary_after(at, self.life.enrolled_at, self.zone)
        return None

    def is_inside(self, at: datetime, window: Window, t: datetime) -> bool:
        end = self.window_end(at, window)
        return at <= t and (end is None or t < end)

    def value(self, measure: Measure, t: datetime) -> object:
        """What the metric is at an instant."""
        own = {Metric.ATTRIBUTES: self.set_to, Metric.COMPLAINTS: self.complaints}
        if measure.metric in own:
            return own[measure.metric](measure, t)
        if measure.metric in {Metric.ACTIVITIES, Metric.TASKS}:
            done = [
                one.kind
                for one in self.facts.did
                if self.is_inside(one.at, measure.window, t)
                and (not measure.kinds or one.kind in measure.kinds)
                and (not measure.only.channels or one.channel in measure.only.channels)
            ]
            return len(set(done)) if measure.metric is Metric.TASKS else len(done)
        inside = [one for one in self.facts.bought if self.is_inside(one.at, measure.window, t)]
        if measure.metric is Metric.POINTS:
            return sum(one.growth for one in inside)
        wanted = [one for one in inside if is_there(one, measure.only)]
        if measure.metric is Metric.SPEND:
            return sum(spent(one, measure.only) for one in wanted)
        visits = [one.at for one in wanted if is_visit(one, measure.only)]
        if measure.visits is Visits.DAYS:
            return len({at.astimezone(self.zone).date() for at in visits})
        return len(visits)

    def complaints(self, measure: Measure, t: datetime) -> int:
        only = measure.only
        return sum(
            (not only.categories or one.category in only.categories)
            and (not only.severities or one.severity in only.severities)
            and (not only.channels or one.channel in only.channels)
            for one in self.facts.complained
            if self.is_inside(one.at, measure.window, t)
        )

    def set_to(self, measure: Measure, t: datetime) -> int:
        own = [o for o in self.facts.put if o.attribute == measure.attribute and o.at <= t]
        last = max(own, key=lambda one: (one.at, one.fact_id), default=None)
        return last.value if last and self.is_inside(last.at, measure.window, t) else 0

    def is_met(self, rung: Rung, t: datetime) -> bool:
        """Whether a rung is open and its test met, as the ladder looks at it."""
        if rung.test is None:
            return False
        if self.ladder.evaluated:
            t = start_of(t, self.ladder.evaluated, self.zone) - TICK
        return self.is_open(rung, t) and self.holds(rung.test, t)

    def holds(self, test: Test, t: datetime) -> bool:
        if isinstance(test, AtLeast):
            return self.value(test.measure, t) >= test.threshold
        if isinstance(test, AtMost):
            last = t if self.until is None else min(t, self.until - TICK)
            return self.value(test.measure, last) <= test.threshold
        of = all if isinstance(test, AllOf) else any
        return of(self.holds(part, t) for part in test.parts)

    def is_open(self, rung: Rung, t: datetime) -> bool:
        if rung.needs is None:
            return True
        return any(
            way.tier == rung.tier
            and PASSES.get(way.kind) is rung.needs
            and way.from_at <= t
            and (way.to_at is None or t < way.to_at)
            for way in self.life.ways
        )

    def instants(self) -> set[datetime]:
        """Where anything can change but by a rung's own end."""
        ats = {one.at for several in self.facts for one in several}
        windows = {measure.window for measure in self.ladder.measures}
        out = ats | {end for at in ats for w in windows if (end := self.window_end(at, w))}
        for way in self.life.ways:
            out |= {way.from_at} | ({way.to_at} if way.to_at else set())
        if self.ladder.evaluated:
            periods = Periods(self.ladder.evaluated, 1)
            out |= {end_of(at, periods, self.zone) for at in out}
        return out


def ranks(ladder: Ladder) -> dict[str, int]:
    return {rung.tier: rank for rank, rung in enumerate(ladder.rungs)}


def is_there(one: Kept, only: Only) -> bool:
    is_store = not only.stores or one.store in only.stores
    return is_store and (not only.channels or one.channel in only.channels)


def spent(one: Kept, only: Only) -> object:
    return sum(
        worth
        for units, worth, category in one.lines
        if units and (not only.categories or category in only.categories)
    )


def is_visit(one: Kept, only: Only) -> bool:
    return any(
        units and (not only.categories or category in only.categories)
        for units, _, category in one.lines
    )
