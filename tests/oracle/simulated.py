"""A short life by hand and two ladders to simulate, and the ladder of the decks."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from tier_svc.domain.facts import Fact, Goods, Heard
from tier_svc.domain.instants import Period, Periods, Span
from tier_svc.domain.ladder import AtLeast, Ladder, Rung
from tier_svc.domain.measures import Calendar, Lifetime, Measure, Metric, Rolling, Visits
from tier_svc.domain.publications import Known, Publication
from tier_svc.domain.scenario import (
    Scenario,
    Terms,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def on(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


LADDER = Ladder(
    "x",
    1,
    (
        Rung("regular"),
        Rung("gold", AtLeast(Measure(Metric.SPEND, Rolling(Span(months=2))), 10_000)),
    ),
)
EASIER = replace(
    LADDER,
    version=2,
    rungs=(
        LADDER.rungs[0],
        Rung("gold", AtLeast(Measure(Metric.SPEND, Rolling(Span(months=2))), 5_000)),
    ),
)
TERMS = {
    "regular": Terms(Fraction(1), Fraction(0), 0),
    "gold": Terms(Fraction("1.5"), Fraction("0.05"), 300),
}


def bought(name, at, spend, store="s1"):
    return Fact(on(at), name, spend, 1, {}, Goods(store, "till", {}))


def known_of(*facts, returns=(), others=(), enrolled="2026-01-01T00:00"):
    return Known("m", on(enrolled), Heard(facts, returns, others), {})


def hand_made(**how):
    values = {
        "before": (Publication(LADDER, SHANGHAI),),
        "after": (Publication(EASIER, SHANGHAI),),
        "from_at": on("2026-02-01T00:00"),
        "to_at": on("2026-05-01T00:00"),
        "zone": SHANGHAI,
        "unit_minor": 100,
        "terms": TERMS,
        "bands_minor": (0, 5_000, 10_000),
    }
    return Scenario(**(values | how))


FEBRUARY = bought("a", "2026-02-10T10:00", 6_055)
MARCH = bought("b", "2026-03-10T10:00", 1_999)
MEMBER = known_of(FEBRUARY, MARCH)


def decks_ladder(version, looked_at):
    """≥ 3 visits a month → silver, 10,000 points → gold, 100,000 spend → VIP."""
    return Ladder(
        "decks",
        version,
        (
            Rung("regular"),
            Rung(
                "silver",
                AtLeast(Measure(Metric.VISITS, Calendar(Period.MONTH), Visits.ORDERS), 3),
                Periods(Period.MONTH, 2),
            ),
            Rung(
                "gold",
                AtLeast(
                    Measure(Metric.POINTS, Rolling(Span(months=12)), point_type="growth"), 10_000
                ),
            ),
            Rung("vip", AtLeast(Measure(Metric.SPEND, Lifetime()), 10_000_000)),
        ),
        looked_at,
    )


def visit(name, at, spend=0, growth=0):
    return Fact(on(at), name, spend, 1, {"growth": growth})
