"""How standings are answered. Field names are the contract's; values come from the domain's."""

from pydantic import ConfigDict, Field

from chassis.http import Instant, View


class Answer(View):
    """A view whose windows are called `from` and `to`."""

    model_config = ConfigDict(frozen=True, from_attributes=True, serialize_by_alias=True)


class ExtentView(Answer):
    """A window [from, to); both empty for a lifetime."""

    from_at: Instant | None = Field(serialization_alias="from")
    to_at: Instant | None = Field(serialization_alias="to")


class WhereView(Answer):
    """What a metric looks at; an empty part looks at all."""

    categories: list[str]
    stores: list[str]
    channels: list[str]
    severities: list[str]


class NamedView(Answer):
    """Which metric: no two that count other things are called alike. `count`: what a visit is
    (`orders`, `days`); no `kinds`: activities of any kind; no `where`: bought anywhere, anything.
    """

    metric: str
    point_type: str | None
    count: str | None
    kinds: list[str]
    where: WhereView | None


class MetricView(NamedView):
    """A metric's value over its window. Spend in minor units."""

    value: int
    window: ExtentView


class MissingView(NamedView):
    """What a metric lacks; of complaints that have to be few, how many are too many."""

    missing: int


class NeedView(Answer):
    """What it takes to be on a rung, by when; empty `missing`: nothing. `alternatives` do as
    well.
    """

    tier: str
    missing: list[MissingView]
    by: Instant | None
    alternatives: list[list[MissingView]]


class ForecastMetricView(NamedView):
    """What a metric is expected to be. Spend in minor units."""

    value: int


class ForecastView(Answer):
    """What is expected just before `at`, the end of the period, if the member goes on as in the
    `seen_days` before: `formula`, where `counting_at_end` is what of today's facts still counts
    then, `gained` what came in those days, `left` the time to `at`.
    """

    at: Instant
    formula: str
    seen_days: int
    tier: str
    metrics: list[ForecastMetricView]


class ElsewhereView(Answer):
    """Where the member stands on another ladder."""

    ladder: str
    tier: str
    since: Instant
    until: Instant | None


class StandingView(Answer):
    """A standing. `since` and `until` bound the unbroken time in the tier; no `until`: no end.

    `ladders` are the other ladders of the programme; `?ladder=` answers one of them in full. With
    `known_at` it is what had been told by then; what it rested on, and lacked, is not kept.
    """

    member_id: str
    ladder: str
    version: int
    as_of: Instant
    known_at: Instant | None = None
    tier: str
    since: Instant
    until: Instant | None
    metrics: list[MetricView] = Field(default_factory=list)
    next: NeedView | None = None
    keep: NeedView | None = None
    forecast: ForecastView | None = None
    ladders: list[ElsewhereView]


class IntervalView(Answer):
    """The member is in `tier` in [from, to), for the `ordinal`-th time."""

    tier: str
    rank: int
    ordinal: int
    from_at: Instant = Field(serialization_alias="from")
    to_at: Instant | None = Field(serialization_alias="to")
    reason: str
    fact_id: str | None


class HistoryView(Answer):
    """Intervals, newest first, projected ones included."""

    items: list[IntervalView]
    next_cursor: str | None


class CountedView(Answer):
    """A fact that counted, and what it added."""

    fact_id: str
    occurred_at: Instant
    value: int


class LeafView(NamedView):
    """A leaf of a test at one instant: it wants `at_least` or `at_most`. `facts` are the newest of
    `facts_total`.
    """

    window: ExtentView
    at_least: int | None
    at_most: int | None
    value: int
    is_met: bool
    facts_total: int
    facts: list[CountedView]


class EndingView(Answer):
    """A stay ended at the latest of the last three; its test was met until `unmet_at`."""

    unmet_at: Instant
    grace_until: Instant
    stay_until: Instant
    minimum_until: Instant


class RungView(Answer):
    """A rung's test at the instant an interval began, or at which the stay before was last met."""

    tier: str
    test: list[LeafView]
    ending: EndingView | None


class WhyView(Answer):
    """Why an interval began: the rung that was reached, and the higher one that was lost."""

    member_id: str
    ladder: str
    version: int
    interval: IntervalView
    reached: RungView | None
    lost: RungView | None
