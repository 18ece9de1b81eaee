"""What one fact brings to a measure, before any window (T1)."""

from collections.abc import Callable, Hashable
from zoneinfo import ZoneInfo

from tier_svc.domain.complaints import Complaint
from tier_svc.domain.facts import Done, Fact, Goods, Setting, Value
from tier_svc.domain.measures import EVERYTHING, Measure, Metric, Only, Visits

Amount = Callable[[Fact], Value]


def amount_of(measure: Measure) -> Amount:
    """Tells what a fact brings; 0 where it is none of the measure's business."""
    return _AMOUNTS[measure.metric](measure)


def counted_once(measure: Measure, zone: ZoneInfo) -> Callable[[Fact], Hashable] | None:
    """The name under which facts count once together, where the measure counts so: a local day, a
    task.
    """
    if measure.visits is Visits.DAYS:
        return lambda fact: fact.occurred_at.astimezone(zone).date()
    if measure.metric is Metric.TASKS:
        return lambda fact: fact.more.kind if isinstance(fact.more, Done) else None
    return None


def _spend(measure: Measure) -> Amount:
    only = measure.only
    if only == EVERYTHING:
        return lambda fact: fact.spend

    def amount(fact: Fact) -> Value:
        if not isinstance(fact.more, Goods) or not _is_of(fact.more, only):
            return 0
        if not only.categories:
            return fact.spend
        return sum(fact.more.by_category.get(category, 0) for category in only.categories)

    return amount


def _visits(measure: Measure) -> Amount:
    only = measure.only
    if only == EVERYTHING:
        return lambda fact: fact.visits

    def amount(fact: Fact) -> Value:
        if not isinstance(fact.more, Goods) or not _is_of(fact.more, only):
            return 0
        is_wanted = not only.categories or not fact.more.by_category.keys().isdisjoint(
            only.categories
        )
        return fact.visits if is_wanted else 0

    return amount


def _points(measure: Measure) -> Amount:
    point_type = measure.point_type
    assert point_type is not None, "a measure of points names its point type"
    return lambda fact: fact.points.get(point_type, 0)


def _activities(measure: Measure) -> Amount:
    def amount(fact: Fact) -> Value:
        done = fact.more
        if not isinstance(done, Done):
            return 0
        is_kind = not measure.kinds or done.kind in measure.kinds
        return int(is_kind and _is_in(done.channel, measure.only.channels))

    return amount


def _attribute(measure: Measure) -> Amount:
    def amount(fact: Fact) -> Value:
        is_own = isinstance(fact.more, Setting) and fact.more.attribute == measure.attribute
        return fact.more.value if isinstance(fact.more, Setting) and is_own else 0

    return amount


def _complaints(measure: Measure) -> Amount:
    only = measure.only

    def amount(fact: Fact) -> Value:
        made = fact.more
        if not isinstance(made, Complaint):
            return 0
        is_kind = _is_in(made.category, only.categories) and _is_in(made.severity, only.severities)
        return int(is_kind and _is_in(made.channel, only.channels))

    return amount


def _is_of(goods: Goods, only: Only) -> bool:
    return _is_in(goods.store, only.stores) and _is_in(goods.channel, only.channels)


def _is_in(name: str | None, wanted: tuple[str, ...]) -> bool:
    return not wanted or name in wanted


_AMOUNTS: dict[Metric, Callable[[Measure], Amount]] = {
    Metric.SPEND: _spend,
    Metric.VISITS: _visits,
    Metric.POINTS: _points,
    Metric.ACTIVITIES: _activities,
    Metric.TASKS: _activities,
    Metric.ATTRIBUTES: _attribute,
    Metric.COMPLAINTS: _complaints,
}
