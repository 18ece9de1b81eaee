"""From a test as it is written to a Test, or to what is wrong with it."""

from tier_svc.domain.draft import TestWritten, WhereWritten, WindowWritten
from tier_svc.domain.flaws import Flaws
from tier_svc.domain.instants import Period, Span
from tier_svc.domain.ladder import AllOf, AnyOf, AtLeast, AtMost, Leaf, Test
from tier_svc.domain.measures import (
    EVERYTHING,
    Anniversary,
    Calendar,
    Lifetime,
    Measure,
    Metric,
    Only,
    Rolling,
    Severity,
    Visits,
    Window,
)

NEEDED_BY = {Metric.POINTS: "point_type", Metric.TASKS: "kinds", Metric.ATTRIBUTES: "attribute"}
ALLOWED_BY = {
    Metric.SPEND: {"where"},
    Metric.VISITS: {"where", "count"},
    Metric.ACTIVITIES: {"where", "kinds"},
    Metric.TASKS: {"where"},
    Metric.COMPLAINTS: {"where"},
}
NARROWED_BY = {
    Metric.SPEND: {"categories", "stores", "channels"},
    Metric.VISITS: {"categories", "stores", "channels"},
    Metric.COMPLAINTS: {"categories", "severities", "channels"},
}
DETAILS = ("count", "point_type", "kinds", "attribute", "where")


def read_test(flaws: Flaws, written: TestWritten) -> Test | None:
    """The test; nothing where it is too wrong to be one."""
    if len(written.model_fields_set & {"all", "any", "metric"}) != 1:
        flaws.add("", "all_any_or_metric")
        return None
    if written.metric is not None:
        return _leaf(flaws, written)
    for rule in sorted(written.model_fields_set - {"all", "any"}):
        flaws.add(f"/{rule}", "unexpected")
    word = "all" if written.all is not None else "any"
    parts = [
        read_test(flaws.at(f"/{word}/{place}"), part)
        for place, part in enumerate(written.all or written.any or ())
    ]
    read = tuple(part for part in parts if part is not None)
    return AllOf(read) if word == "all" else AnyOf(read)


def _leaf(flaws: Flaws, written: TestWritten) -> Leaf | None:
    """The leaf. Only of complaints a test may want few; of one metric it wants one of both."""
    measure = read_measure(flaws, written)
    may_be_few = measure is None or measure.metric is Metric.COMPLAINTS
    if written.at_most is not None and (written.at_least is not None or not may_be_few):
        flaws.add("/at_most", "unexpected")
    elif written.at_most is None and written.at_least is None:
        flaws.add("/at_least", "missing")
    if measure is None:
        return None
    if written.at_most is not None:
        return AtMost(measure, written.at_most)
    return None if written.at_least is None else AtLeast(measure, written.at_least)


def read_measure(flaws: Flaws, written: TestWritten) -> Measure | None:
    """What a leaf counts, and over which window."""
    if written.metric is None or written.metric not in [str(metric) for metric in Metric]:
        flaws.add("/metric", "unknown_metric")
        return None
    metric = Metric(written.metric)
    _check_details(flaws, metric, written)
    visits = None
    if metric is Metric.VISITS:
        visits = flaws.word("/count", Visits, written.count, Visits.ORDERS)
    window = _window(flaws.at("/window"), written.window)
    if window is None:
        return None
    return Measure(
        metric,
        window,
        visits,
        written.point_type,
        tuple(sorted(set(written.kinds or ()))),
        written.attribute,
        _only(flaws.at("/where"), metric, written.where),
    )


def _check_details(flaws: Flaws, metric: Metric, written: TestWritten) -> None:
    """Each metric names what it needs and nothing that is another's."""
    needed = NEEDED_BY.get(metric)
    for detail in DETAILS:
        is_there = getattr(written, detail) is not None
        if detail == needed:
            if not is_there:
                flaws.add(f"/{detail}", "missing")
        elif is_there and detail not in ALLOWED_BY.get(metric, ()):
            flaws.add(f"/{detail}", "unexpected")


def _only(flaws: Flaws, metric: Metric, written: WhereWritten | None) -> Only:
    """The filter. An activity has a channel, but neither a store nor categories; a complaint has no
    store, and nothing else has a severity.
    """
    if written is None:
        return EVERYTHING
    if not written.model_fields_set:
        flaws.add("", "missing")
    for part in sorted(written.model_fields_set - NARROWED_BY.get(metric, {"channels"})):
        flaws.add(f"/{part}", "unexpected")
    for place, severity in enumerate(written.severities or ()):
        flaws.word(f"/severities/{place}", Severity, severity, Severity.LOW)
    parts = (written.categories, written.stores, written.channels, written.severities)
    return Only(*(tuple(sorted(set(part or ()))) for part in parts))


def _window(flaws: Flaws, written: WindowWritten | None) -> Window | None:
    if written is None or len(written.model_fields_set) != 1:
        flaws.add("", "missing" if written is None else "one_window")
        return None
    if written.rolling_months is not None or written.rolling_days is not None:
        return Rolling(Span(months=written.rolling_months or 0, days=written.rolling_days or 0))
    if written.calendar is not None:
        return Calendar(flaws.word("/calendar", Period, written.calendar, Period.MONTH))
    if written.anniversary or written.lifetime:
        return Anniversary() if written.anniversary else Lifetime()
    flaws.add("", "one_window")
    return None
