"""From a ladder as it is written to a Ladder, or to everything that is wrong with it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from tier_svc.domain.draft import (
    LadderWritten,
    LengthWritten,
    RungWritten,
    StayWritten,
    TestWritten,
    WindowWritten,
)
from tier_svc.domain.instants import NONE, Period, Periods, Span
from tier_svc.domain.ladder import (
    AllOf,
    AnyOf,
    AtLeast,
    Calendar,
    Downgrade,
    Ladder,
    Lifetime,
    Measure,
    Metric,
    Renewal,
    Rolling,
    Rung,
    Test,
    Visits,
    Window,
    leaves,
)
from tier_svc.domain.reachability import order_flaws
from tier_svc.domain.refusals import LadderInvalid

LEAVES_MAX = 16
NOT_AVAILABLE = "not_available"
METRICS_TO_COME = ("activities", "tasks", "complaints", "attributes")

Word = TypeVar("Word", bound=StrEnum)


def read_ladder(written: LadderWritten, version: int) -> Ladder:
    """The ladder. Refusals: LadderInvalid, with the place and code of everything that is wrong."""
    flaws = _Flaws()
    if written.on_return not in (None, "at_once"):
        flaws.add("/on_return", NOT_AVAILABLE)
    rungs = [
        _rung(flaws.at(f"/rungs/{place}"), rung, is_base=place == 0)
        for place, rung in enumerate(written.rungs)
    ]
    names = [rung.tier for rung in written.rungs]
    for place, name in enumerate(names):
        if name in names[:place]:
            flaws.add(f"/rungs/{place}/tier", "duplicate_tier")
    if not flaws.found:
        for place, code in order_flaws(rungs):
            flaws.add(f"/rungs/{place}/test", code)
    if flaws.found:
        raise LadderInvalid(errors=[{"path": path, "code": code} for path, code in flaws.found])
    return Ladder(written.name, version, tuple(rungs))


@dataclass
class _Flaws:
    """What is wrong, as (JSON pointer, code); `at` looks at a part of the ladder."""

    path: str = ""
    found: list[tuple[str, str]] = field(default_factory=list)

    def at(self, path: str) -> "_Flaws":
        return _Flaws(self.path + path, self.found)

    def add(self, path: str, code: str) -> None:
        self.found.append((self.path + path, code))

    def word(self, path: str, kind: type[Word], written: str | None, default: Word) -> Word:
        """The word of an enumeration that is written, or a flaw and the default."""
        if written is None:
            return default
        if written in [str(word) for word in kind]:
            return kind(written)
        self.add(path, NOT_AVAILABLE if (path, written) == ("/downgrade", "none") else "unknown")
        return default


def _rung(flaws: _Flaws, written: RungWritten, is_base: bool) -> Rung:
    for rule in ("floor", "invitation_only", "paid"):
        if getattr(written, rule) is not None:
            flaws.add(f"/{rule}", NOT_AVAILABLE)
    if is_base:
        rules = written.model_fields_set - {"tier", "floor", "invitation_only", "paid"}
        for rule in sorted(rules):
            flaws.add(f"/{rule}", "base_has_rules")
        return Rung(written.tier)
    rung = Rung(
        tier=written.tier,
        test=_test_of_rung(flaws, written),
        stay=_stay(flaws.at("/stay"), written.stay),
        renewal=flaws.word("/renewal", Renewal, written.renewal, Renewal.CONTINUOUS),
        minimum_stay=_length(flaws.at("/minimum_stay"), written.minimum_stay),
        grace=_length(flaws.at("/grace"), written.grace),
        downgrade=flaws.word("/downgrade", Downgrade, written.downgrade, Downgrade.BEST),
    )
    _check_renewal(flaws, rung)
    return rung


def _test_of_rung(flaws: _Flaws, written: RungWritten) -> Test | None:
    if written.test is None:
        flaws.add("/test", "test_missing")
        return None
    test = _test(flaws.at("/test"), written.test)
    if test is not None and len(list(leaves(test))) > LEAVES_MAX:
        flaws.add("/test", "too_many")
    return test


def _check_renewal(flaws: _Flaws, rung: Rung) -> None:
    """A stay that is tested at its end needs an end, and a test that does not hold for ever."""
    if rung.renewal is not Renewal.AT_PERIOD_END:
        return
    if rung.stay is None:
        flaws.add("/stay", "stay_missing")
    if rung.test is not None and _may_hold_for_ever(rung.test):
        flaws.add("/renewal", "renewal_never_ends")


def _may_hold_for_ever(test: Test) -> bool:
    if isinstance(test, AtLeast):
        return isinstance(test.measure.window, Lifetime)
    parts = [_may_hold_for_ever(part) for part in test.parts]
    return all(parts) if isinstance(test, AllOf) else any(parts)


def _test(flaws: _Flaws, written: TestWritten) -> Test | None:
    if len(written.model_fields_set & {"all", "any", "metric"}) != 1:
        flaws.add("", "all_any_or_metric")
        return None
    if written.metric is not None:
        return _leaf(flaws, written)
    for rule in sorted(written.model_fields_set - {"all", "any"}):
        flaws.add(f"/{rule}", "unexpected")
    word = "all" if written.all is not None else "any"
    parts = [
        _test(flaws.at(f"/{word}/{place}"), part)
        for place, part in enumerate(written.all or written.any or ())
    ]
    read = tuple(part for part in parts if part is not None)
    return AllOf(read) if word == "all" else AnyOf(read)


def _leaf(flaws: _Flaws, written: TestWritten) -> AtLeast | None:
    if written.metric is None or written.metric not in [str(metric) for metric in Metric]:
        is_to_come = written.metric in METRICS_TO_COME
        flaws.add("/metric", NOT_AVAILABLE if is_to_come else "unknown_metric")
        return None
    metric = Metric(written.metric)
    visits = None
    if metric is Metric.VISITS:
        visits = flaws.word("/count", Visits, written.count, Visits.ORDERS)
    elif written.count is not None:
        flaws.add("/count", "unexpected")
    if (metric is Metric.POINTS) != (written.point_type is not None):
        flaws.add("/point_type", "missing" if metric is Metric.POINTS else "unexpected")
    if written.at_least is None:
        flaws.add("/at_least", "missing")
    window = _window(flaws.at("/window"), written.window)
    if written.at_least is None or window is None:
        return None
    return AtLeast(Measure(metric, window, visits, written.point_type), written.at_least)


def _window(flaws: _Flaws, written: WindowWritten | None) -> Window | None:
    if written is None or len(written.model_fields_set) != 1:
        flaws.add("", "missing" if written is None else "one_window")
        return None
    if written.rolling_months is not None:
        return Rolling(Span(months=written.rolling_months))
    if written.rolling_days is not None:
        return Rolling(Span(days=written.rolling_days))
    if written.calendar is not None:
        return Calendar(flaws.word("/calendar", Period, written.calendar, Period.MONTH))
    if written.lifetime:
        return Lifetime()
    flaws.add("", NOT_AVAILABLE if written.anniversary else "one_window")
    return None


def _stay(flaws: _Flaws, written: StayWritten | None) -> Span | Periods | None:
    if written is None:
        return None
    if written.months is not None and written.calendar is None and written.periods is None:
        return Span(months=written.months)
    if written.calendar is not None and written.periods is not None and written.months is None:
        period = flaws.word("/calendar", Period, written.calendar, Period.MONTH)
        return Periods(period, written.periods)
    flaws.add("", "months_or_periods")
    return None


def _length(flaws: _Flaws, written: LengthWritten | None) -> Span:
    if written is None:
        return NONE
    if (written.months is None) == (written.days is None):
        flaws.add("", "months_or_days")
    return Span(months=written.months or 0, days=written.days or 0)
