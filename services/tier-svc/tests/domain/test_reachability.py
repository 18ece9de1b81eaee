"""Ladders on which a rung can never be seen, or a stay never ends, and such as just can (T2)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tier_svc.domain.draft import LadderWritten
from tier_svc.domain.instants import Span, after
from tier_svc.domain.reachability import longest_days
from tier_svc.domain.reading import kept_ladder, read_ladder
from tier_svc.domain.refusals import LadderInvalid

MONTHLY, EVER = {"calendar": "month"}, {"lifetime": True}
SPENT = {"metric": "spend", "at_least": 5, "window": {"rolling_months": 12}}


def days(least, **window):
    return {"metric": "visits", "count": "days", "at_least": least, "window": window}


def orders(least, **window):
    return {**days(least, **window), "count": "orders"}


def tasks(least):
    window = {"rolling_days": 7}
    return {"metric": "tasks", "kinds": ["a", "b", "a"], "at_least": least, "window": window}


def complaints(most, least, window=EVER):
    few = {"metric": "complaints", "at_most": most, "window": window}
    return {"all": [few, {"metric": "complaints", "at_least": least, "window": MONTHLY}]}


def flaws(*rungs):
    """What is wrong with a ladder of these rungs above its base."""
    tiers = [{"tier": f"t{n}", **rung} for n, rung in enumerate(rungs)]
    written = {"name": "x", "rungs": [{"tier": "base"}, *tiers]}
    try:
        read_ladder(LadderWritten.model_validate(written), 1)
    except LadderInvalid as refused:
        return [(one["path"], one["code"]) for one in refused.numbers["errors"]]
    return []


@pytest.mark.parametrize(
    ("never", "just"),
    [
        pytest.param(days(32, **MONTHLY), days(31, **MONTHLY), id="days of a month"),
        pytest.param(days(93, calendar="quarter"), days(92, calendar="quarter"), id="of a quarter"),
        pytest.param(days(367, calendar="year"), days(366, calendar="year"), id="of a year"),
        pytest.param(days(367, anniversary=True), days(366, anniversary=True), id="of membership"),
        pytest.param(days(3, rolling_days=1), days(2, rolling_days=1), id="of a rolling day"),
        pytest.param(days(33, rolling_months=1), days(32, rolling_months=1), id="rolling month"),
        pytest.param(days(368, rolling_months=12), days(367, rolling_months=12), id="rolling year"),
        pytest.param(tasks(3), tasks(2), id="tasks of two kinds"),
        pytest.param(complaints(0, 1), complaints(1, 1), id="fewer ever than in a month"),
        pytest.param(
            {"any": [days(32, **MONTHLY), {"all": [SPENT, tasks(3)]}]},
            {"any": [days(32, **MONTHLY), {"all": [SPENT, tasks(2)]}]},
            id="no way of several",
        ),
    ],
)
def test_T2_a_test_that_nothing_meets_is_refused_and_one_that_just_can_be_met_is_not(never, just):
    assert flaws({"test": never}) == [("/rungs/1/test", "unreachable")]
    assert flaws({"test": just}) == []


def test_E4_a_version_that_would_be_refused_today_is_read_on_as_it_was_drafted():
    rung = {"tier": "up", "test": days(32, **MONTHLY)}
    written = LadderWritten.model_validate({"name": "x", "rungs": [{"tier": "base"}, rung]})
    with pytest.raises(LadderInvalid):
        read_ladder(written, 7)
    kept = kept_ladder(written, 7)
    assert (kept.version, kept.rungs[1].test.threshold) == (7, 32)


def test_T2_the_last_of_all_ways_to_meet_a_test_is_looked_at():
    choices = [[days(32, **MONTHLY)] * (n - 1) + [SPENT] for n in (4, 3, 3, 3, 3)]
    assert flaws({"test": {"all": [{"any": one} for one in choices]}}) == []


@pytest.mark.parametrize("of", [days(400, **EVER), orders(400, **MONTHLY)])
def test_T2_orders_and_a_lifetime_of_days_are_not_bounded(of):
    assert flaws({"test": of}) == []


def test_T2_few_complaints_of_a_month_and_one_of_the_same_month_before_are_not_at_odds():
    assert flaws({"test": complaints(0, 1, {"rolling_days": 1})}) == []


@pytest.mark.parametrize(
    ("lower", "higher", "found"),
    [
        pytest.param(days(5, **EVER), orders(5, **EVER), True, id="as many orders"),
        pytest.param(days(5, **MONTHLY), orders(4, calendar="year"), True, id="fewer, for longer"),
        pytest.param(days(5, **EVER), orders(6, **EVER), False, id="more orders"),
        pytest.param(orders(5, **EVER), days(5, **EVER), False, id="orders on as many days"),
    ],
)
def test_T2_so_many_days_are_as_many_orders_and_not_the_other_way_round(lower, higher, found):
    expected = [("/rungs/1/test", "thresholds_out_of_order")] if found else []
    assert flaws({"test": lower}, {"test": higher}) == expected


@pytest.mark.parametrize(
    ("stay", "always", "not_always"),
    [
        pytest.param({"months": 1}, {"days": 32}, {"days": 31}, id="days on a month"),
        pytest.param({"months": 3}, {"months": 4}, {"months": 3}, id="months on months"),
        pytest.param(
            {"calendar": "month", "periods": 1}, {"months": 2}, {"months": 1}, id="on a calendar"
        ),
        pytest.param(
            {"calendar": "year", "periods": 2}, {"days": 732}, {"days": 731}, id="days on years"
        ),
    ],
)
def test_T2_a_minimum_that_always_outlasts_a_stay_tested_at_its_end_is_refused(
    stay, always, not_always
):
    rung = {"test": SPENT, "renewal": "at_period_end", "stay": stay}
    assert flaws({**rung, "minimum_stay": always}) == [
        ("/rungs/1/minimum_stay", "minimum_exceeds_stay")
    ]
    assert flaws({**rung, "minimum_stay": not_always}) == []


@pytest.mark.parametrize("months", [1, 2, 3, 11, 12, 48, 120])
def test_E7_no_such_span_is_longer_wherever_it_begins(months):
    zone = ZoneInfo("UTC")
    begins = [datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(1_500)]
    spans = [(after(at, Span(months=months), zone) - at).days for at in begins]
    assert max(spans) == longest_days(months)
