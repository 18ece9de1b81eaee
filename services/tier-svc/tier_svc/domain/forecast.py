"""Where a member will stand at the end of the period, at their own pace (T6)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tier_svc.domain import intervals
from tier_svc.domain.facts import Fact, Value
from tier_svc.domain.falling import falls_at
from tier_svc.domain.grounds import Version
from tier_svc.domain.instants import TICK, Period, Periods, end_of
from tier_svc.domain.ladder import meets
from tier_svc.domain.measures import (
    Anniversary,
    Calendar,
    Frame,
    Lifetime,
    Measure,
    Metric,
    Naming,
)
from tier_svc.domain.metrics import leaving, profile, shares, value_at
from tier_svc.domain.standing import Known, whole_units

SEEN_MAX = timedelta(days=90)
SEEN_MIN = timedelta(days=30)
FORMULA = "counting_at_end + gained * left // seen"
UNPACED = frozenset({Metric.ATTRIBUTES, Metric.TASKS, Metric.COMPLAINTS})


@dataclass(frozen=True, slots=True)
class MetricThen(Naming):
    """What a metric is forecast to be, in whole units."""

    value: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """The tier and metrics that are to be expected just before `at`, by `formula`; `seen_days` is
    how much of the past its pace was taken from.
    """

    at: datetime
    formula: str
    seen_days: int
    tier: str
    metrics: list[MetricThen]


def forecast(known: Known, at: datetime) -> Forecast:
    """The forecast of an instant, for the end of its period: when the told timeline next leads
    lower, or the earliest end of a calendar or membership period that a metric counts in, or of the
    calendar year.

    A metric is forecast as what of the facts known counts still at the end, and what was gained in
    the last 90 days (of a newer member since the start, but at least 30) times the time that is
    left, divided by that of the gain; rounded down. What staff set, tasks and complaints have no
    pace. The tier is the highest whose test these meet, passes aside, but not below the one that is
    told for then.
    """
    version = known.grounds.version(known.shown_at(at).ladder.version)
    frame = known.grounds.frame(version)
    facts = [one for one in known.facts_at(at)[version.ladder.version] if one.occurred_at <= at]
    end = _period_end(known, version, frame, at)
    seen = min(SEEN_MAX, max(SEEN_MIN, at - known.grounds.starts_at))
    values = {
        measure: _expected(measure, facts, frame, _Span(at, end, seen))
        for measure in version.ladder.measures
    }
    return Forecast(
        at=end,
        formula=FORMULA,
        seen_days=seen.days,
        tier=_tier(known, version, values, end),
        metrics=[MetricThen(*measure.named, value) for measure, value in values.items()],
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """From now to the end, with as much of the past as the pace is taken from."""

    now: datetime
    end: datetime
    seen: timedelta


def _period_end(known: Known, version: Version, frame: Frame, at: datetime) -> datetime:
    windows = [measure.window for measure in version.ladder.measures]
    periods = [one for one in windows if isinstance(one, Calendar | Anniversary)]
    ends = [falls_at(known.told, at), *(leaving(one, frame)(at) for one in periods)]
    found = min((one for one in ends if one is not None), default=None)
    return found or end_of(at, Periods(Period.YEAR, 1), frame.zone)


def _expected(measure: Measure, facts: list[Fact], frame: Frame, span: _Span) -> int:
    counting = value_at(profile(shares(measure, facts, frame)), span.end - TICK)
    if measure.metric in UNPACED:
        return whole_units(counting)
    ever = profile(shares(replace(measure, window=Lifetime()), facts, frame))
    gained = value_at(ever, span.now) - value_at(ever, span.now - span.seen)
    left = (span.end - span.now) // TICK
    return whole_units(counting + max(0, gained) * left // (span.seen // TICK))


def _tier(known: Known, version: Version, values: Mapping[Measure, Value], end: datetime) -> str:
    place = intervals.at(known.told, end) or 0
    told = known.told[place].tier
    higher = version.ladder.rungs[version.ladder.ranks.get(told, 0) + 1 :]
    reached = [
        rung.tier
        for rung in higher
        if rung.test is not None and rung.needs is None and meets(rung.test, values.__getitem__)
    ]
    return reached[-1] if reached else told
