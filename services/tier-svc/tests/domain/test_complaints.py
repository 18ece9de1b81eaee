"""What has to be few: when such a test is met, what a ladder may ask, and how versions hand over
(T1, T2, T8).
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tier_svc.domain.complaints import Complaint, Outcome
from tier_svc.domain.draft import LadderWritten
from tier_svc.domain.facts import Fact, Heard
from tier_svc.domain.grounds import Migration
from tier_svc.domain.instants import Period, Periods, Span
from tier_svc.domain.ladder import AllOf, AnyOf, AtLeast, AtMost, Ladder, Pass, Renewal, Rung
from tier_svc.domain.measures import EVERYTHING, Frame, Lifetime, Measure, Metric, Only, Rolling
from tier_svc.domain.metrics import BEGINNING, met, profiles
from tier_svc.domain.publications import Known, Publication, grounds_of
from tier_svc.domain.reading import read_ladder
from tier_svc.domain.refusals import LadderInvalid
from tier_svc.domain.timeline import told_timeline
from tier_svc.domain.ways import Way, WayKind

ZONE = ZoneInfo("Asia/Shanghai")
SPENT = AtLeast(Measure(Metric.SPEND, Lifetime()), 100)
IN_A_MONTH = Measure(Metric.COMPLAINTS, Rolling(Span(months=1)))
UNSPOILT = AllOf((SPENT, AtMost(IN_A_MONTH, 0)))


def on(day):
    return datetime.fromisoformat(f"2026-{day}").replace(tzinfo=ZONE).astimezone(UTC)


def bought(day, spend=100):
    return Fact(on(day), f"p{day}", spend, 1, {})


def complaint(day, category="delivery", severity="high"):
    made = Complaint(category, severity, "desk", f"c{day}")
    return Fact(on(day), f"c{day}", 0, 0, {}, made)


def withdrawn(made, day):
    return Outcome(on(day), f"o{day}", made.more.name, "withdrawn")


def told(*publications, facts=(), outcomes=(), ways=()):
    purchases = [fact for fact in facts if fact.visits]
    others = [fact for fact in facts if not fact.visits]
    known = Known("m", on("01-01"), Heard(purchases, (), others, outcomes=outcomes), {"x": ways})
    return [
        (one.tier, one.ordinal, f"{one.from_at.astimezone(ZONE):%m-%d}")
        for one in told_timeline(grounds_of(publications, known))
    ]


def ladder(test=UNSPOILT, version=1, **rules):
    return Ladder("x", version, (Rung("base"), Rung("up", test, **rules)))


def of(made, **more):
    return Publication(made, ZONE, **more)


BASE = ("base", 1, "01-01")


@pytest.mark.parametrize(
    ("days", "times"),
    [
        pytest.param([], [(None, None)], id="never complained"),
        pytest.param(["03-10"], [(None, "03-10"), ("04-10", None)], id="once"),
        pytest.param(["03-10", "03-20"], [(None, "03-10"), ("04-20", None)], id="twice"),
    ],
)
def test_T1_few_complaints_are_from_the_beginning_and_again_when_one_leaves(days, times):
    values = profiles([IN_A_MONTH], [complaint(day) for day in days], Frame(ZONE, on("01-01")))
    seen = met(AtMost(IN_A_MONTH, 0), values)
    expected = [(on(a) if a else BEGINNING, on(b) if b else None) for a, b in times]
    assert [tuple(one) for one in seen] == expected


@pytest.mark.parametrize(
    ("only", "is_lost"),
    [
        pytest.param(EVERYTHING, True, id="any"),
        pytest.param(Only(categories=("delivery", "store")), True, id="its category"),
        pytest.param(Only(categories=("store",)), False, id="another category"),
        pytest.param(Only(severities=("critical",)), False, id="another severity"),
        pytest.param(Only(channels=("web",)), False, id="another channel"),
    ],
)
def test_T1_a_measure_counts_what_its_filter_lets_through(only, is_lost):
    few = AtMost(Measure(Metric.COMPLAINTS, Lifetime(), only=only), 0)
    seen = told(of(ladder(AllOf((SPENT, few)))), facts=[bought("03-01"), complaint("03-10")])
    assert (seen[-1] == ("base", 2, "03-10")) is is_lost


def test_T3_a_complaint_ends_the_stay_as_anything_does_that_is_not_met_any_more():
    rules = {"stay": Span(months=3), "minimum_stay": Span(months=4)}
    facts = [bought("02-01"), complaint("03-10")]
    lost = [BASE, ("up", 1, "02-01")]
    assert told(of(ladder(grace=Span(days=10))), facts=facts) == [
        *lost,
        *(("base", 2, "03-20"), ("up", 2, "04-10")),
    ]
    assert told(of(ladder(**rules)), facts=facts) == lost


def test_T3_at_period_end_the_complaints_of_then_decide():
    quarters = {"stay": Periods(Period.QUARTER, 1), "renewal": Renewal.AT_PERIOD_END}
    spent = AtLeast(Measure(Metric.SPEND, Rolling(Span(months=12))), 100)
    made = ladder(AllOf((spent, AtMost(IN_A_MONTH, 0))), **quarters)
    assert told(of(made), facts=[bought("01-10"), complaint("02-10")])[:3] == [
        *(BASE, ("up", 1, "01-10"), ("up", 2, "04-01"))
    ]
    assert told(of(made), facts=[bought("01-10"), complaint("03-10")])[:4] == [
        *(BASE, ("up", 1, "01-10"), ("base", 2, "04-01"), ("up", 2, "04-10"))
    ]


def test_T4_a_withdrawal_before_its_complaint_lets_it_never_be():
    made = complaint("03-10")
    facts = [bought("03-01"), made]
    seen = told(of(ladder()), facts=facts, outcomes=[withdrawn(made, "03-05")])
    assert seen == [BASE, ("up", 1, "03-01")]


def test_T5_a_pass_with_few_complaints_is_enough():
    few = ladder(AtMost(IN_A_MONTH, 0), needs=Pass.INVITATION)
    invited = Way("w", WayKind.INVITATION, "up", on("02-01"), on("06-01"))
    assert told(of(few), facts=[complaint("03-10")], ways=[invited]) == [
        *(BASE, ("up", 1, "02-01"), ("base", 2, "03-10"), ("up", 2, "04-10"), ("base", 3, "06-01"))
    ]


@pytest.mark.parametrize("migration", [Migration.UPWARD_ONLY, Migration.NEXT_EVALUATION])
def test_T8_a_complaint_that_leaves_later_begins_nothing_by_the_version_before(migration):
    later = ladder(AtLeast(Measure(Metric.SPEND, Lifetime()), 10**6), version=2)
    made = of(later, effective_from=on("04-01"), migration=migration)
    facts = [bought("03-01"), complaint("03-10")]
    lost = [BASE, ("up", 1, "03-01"), ("base", 2, "03-10")]
    assert told(of(ladder()), made, facts=facts) == lost


LEAF = {"metric": "spend", "at_least": 100, "window": {"rolling_months": 12}}
FEW = {"metric": "complaints", "at_most": 0, "window": {"rolling_months": 12}}
MANY = {"metric": "complaints", "at_least": 1, "window": {"rolling_months": 12}}


@pytest.mark.parametrize(
    ("test", "rules", "place", "code"),
    [
        pytest.param(LEAF | {"at_most": 5}, {}, "/at_most", "unexpected", id="least and most"),
        pytest.param(MANY | {"at_most": 5}, {}, "/at_most", "unexpected", id="many and few"),
        pytest.param({**FEW, "metric": "visits"}, {}, "/at_most", "unexpected", id="few visits"),
        pytest.param({"any": [LEAF, {"all": [FEW]}]}, {}, "", "met_by_nothing", id="or few"),
        pytest.param({"all": [FEW, MANY]}, {}, "", "unreachable", id="few and many at once"),
        pytest.param(
            FEW,
            {"paid": True, "stay": {"months": 1}, "renewal": "at_period_end"},
            "/renewal",
            "renewal_never_ends",
            id="few for ever",
        ),
        pytest.param(
            MANY | {"where": {"stores": ["s"]}}, {}, "/where/stores", "unexpected", id="of a store"
        ),
        pytest.param(
            MANY | {"where": {"severities": ["low", "huge"]}},
            {},
            "/where/severities/1",
            "unknown",
            id="a huge complaint",
        ),
        pytest.param(
            LEAF | {"where": {"severities": ["low"]}},
            {},
            "/where/severities",
            "unexpected",
            id="severe spend",
        ),
    ],
)
def test_T2_a_test_that_nobody_can_mean_is_refused(test, rules, place, code):
    flaws = flaws_of({"tier": "up", "test": test, **rules})
    at = place if place == "/renewal" else f"/test{place}"
    assert (f"/rungs/1{at}", code) in flaws


def test_T2_a_rung_that_allows_fewer_complaints_than_the_next_is_never_seen():
    def rung(tier, at_most, **where):
        return {"tier": tier, "test": {"all": [LEAF, {**FEW, "at_most": at_most, **where}]}}

    assert flaws_of(rung("up", 1), rung("top", 2)) == [("/rungs/1/test", "unreachable")]
    severe = {"where": {"severities": ["high"]}}
    assert flaws_of(rung("up", 1), rung("top", 1, **severe)) == [("/rungs/1/test", "unreachable")]
    assert not flaws_of(rung("up", 1, **severe), rung("top", 1))
    assert not flaws_of(rung("up", 2), rung("top", 1))


def test_T2_a_minimum_stay_may_hold_against_complaints():
    spent = {**LEAF, "window": {"lifetime": True}}
    rung = {"tier": "up", "test": {"all": [spent, FEW]}, "minimum_stay": {"months": 1}}
    assert not flaws_of(rung)
    assert flaws_of({**rung, "test": spent}) == [("/rungs/1/minimum_stay", "window_never_ends")]


def flaws_of(*rungs):
    written = LadderWritten.model_validate({"name": "x", "rungs": [{"tier": "base"}, *rungs]})
    try:
        read_ladder(written, 1)
    except LadderInvalid as refused:
        return [(one["path"], one["code"]) for one in refused.numbers["errors"]]
    return []


def test_T2_any_of_a_tree_may_hold_few_where_something_else_is_asked_too():
    either = AllOf((AnyOf((AtMost(IN_A_MONTH, 0), AtLeast(SPENT.measure, 500))), SPENT))
    facts = [bought("03-01"), complaint("03-10"), bought("03-20", 400)]
    assert told(of(ladder(either)), facts=facts) == [
        *(BASE, ("up", 1, "03-01"), ("base", 2, "03-10"), ("up", 2, "03-20"))
    ]
