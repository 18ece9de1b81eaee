"""P5: conditions hold for lines, say which leaf failed, and refuse to be too much."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from pydantic import TypeAdapter, ValidationError

from points_svc.domain.cel import EXPRESSION_MAX
from points_svc.domain.conditions import compiled, failing
from points_svc.domain.conditions_document import BRANCHES_MAX, VALUES_MAX, Condition, When
from points_testing.scenes import SHANGHAI, basket, item

WINE, FOOD, TEA = item("20.00", "wine", 2, "w"), item("5.00", "food", 1, "f"), item("0", "tea")
ORDER = basket(
    WINE,
    FOOD,
    TEA,
    store_id="s1",
    source="app",
    payments=("card", "gift"),
    attributes={"table": "7"},
    occasions=("birthday",),
    tier="gold",
    segments=("parents",),
    is_first=True,
)


def read(when: object) -> Condition:
    return TypeAdapter(When).validate_python(when)


def holding(when: object, scene: Any = ORDER) -> list[int]:
    """The numbers of the lines for which a condition holds."""
    mask = compiled(read(when)).mask(scene)
    return [bit for bit in range(len(scene.items)) if mask >> bit & 1]


ALL = [0, 1, 2]


@pytest.mark.parametrize(
    ("when", "lines"),
    [
        pytest.param({"category": ["wine", "tea"]}, [0, 2], id="category"),
        pytest.param({"sku": ["f"]}, [1], id="sku"),
        pytest.param({"brand": ["none"]}, [], id="brand"),
        pytest.param({"line_amount": {"at_least_minor": 500}}, [0, 1], id="at least, of a line"),
        pytest.param({"line_amount": {"below_minor": 500}}, [2], id="below, of a line"),
        pytest.param({"line_quantity": {"at_least": 2}}, [0], id="units of a line"),
        pytest.param({"order_amount": {"at_least_minor": 2500}}, ALL, id="at least is inclusive"),
        pytest.param({"order_amount": {"below_minor": 2500}}, [], id="below is not"),
        pytest.param({"order_quantity": {"at_least": 4, "below": 5}}, ALL, id="units of the order"),
        pytest.param({"store": ["s1", "s2"]}, ALL, id="store"),
        pytest.param({"channel": ["till"]}, [], id="channel"),
        pytest.param({"payment": ["gift"]}, ALL, id="one of the payments is enough"),
        pytest.param({"tier": ["gold"]}, ALL, id="tier"),
        pytest.param({"segment": ["parents"]}, ALL, id="segment"),
        pytest.param({"first_purchase": True}, ALL, id="first purchase"),
        pytest.param({"first_purchase": False}, [], id="not the first"),
        pytest.param({"occasion": ["birthday"]}, ALL, id="occasion"),
        pytest.param({"attribute": {"name": "table", "values": ["7"]}}, ALL, id="attribute"),
        pytest.param({"attribute": {"name": "room", "values": ["7"]}}, [], id="none of that name"),
        pytest.param({"not": {"category": ["wine"]}}, [1, 2], id="not, by line"),
        pytest.param({"all": [{"category": ["wine"]}, {"store": ["s1"]}]}, [0], id="all"),
        pytest.param({"any": [{"category": ["wine"]}, {"sku": ["f"]}]}, [0, 1], id="any"),
        pytest.param({"all": [{"category": ["wine"]}, {"sku": ["f"]}]}, [], id="all of one line"),
        pytest.param({"cel": "order_minor == 2500 && store == 's1'"}, ALL, id="expression"),
        pytest.param({"cel": "line_minor > 100 * line_quantity"}, [0, 1], id="of each line"),
        pytest.param({"cel": "'card' in payments && tier != 'vip'"}, ALL, id="over lists"),
        pytest.param({"cel": "attributes['table'] == '7'"}, ALL, id="over maps"),
        pytest.param({"cel": "attributes['none'] == '7'"}, [], id="erring holds for nothing"),
        pytest.param(
            {"cel": "order_minor / (order_quantity - 4) > 1"}, [], id="so does dividing by 0"
        ),
        pytest.param(
            {"cel": "weekday == 5 && hour == 12 && day == 1 && month == 5"}, ALL, id="clock"
        ),
    ],
)
def test_P5_a_condition_holds_for_lines(when, lines):
    assert holding(when) == lines


def test_P5_what_is_kept_is_looked_at():
    """A part of a line's units keeps its part of the amount, exactly."""
    third = basket(replace(WINE, units=1, net_minor=Fraction(1000, 3)))
    assert holding({"line_amount": {"at_least_minor": 333}}, third) == [0]
    assert holding({"line_amount": {"at_least_minor": 334}}, third) == []


FRIDAY_NIGHT = {"weekdays": ["fri"], "from_time": "22:00", "to_time": "02:00"}


@pytest.mark.parametrize(
    ("window", "at", "is_in"),
    [
        pytest.param({"weekdays": ["fri"]}, "2026-05-01 12:00", True, id="a weekday"),
        pytest.param({"weekdays": ["sat", "sun"]}, "2026-05-01 12:00", False, id="not a weekend"),
        pytest.param({"days_of_month": [1]}, "2026-05-01 00:00", True, id="member day"),
        pytest.param(
            {"from_time": "06:00", "to_time": "08:00"}, "2026-05-01 06:00", True, id="from"
        ),
        pytest.param(
            {"from_time": "06:00", "to_time": "08:00"}, "2026-05-01 08:00", False, id="until before"
        ),
        pytest.param({"from_time": "18:00"}, "2026-05-01 23:59", True, id="until midnight"),
        pytest.param({"to_time": "08:00"}, "2026-05-01 07:59", True, id="from midnight"),
        pytest.param(FRIDAY_NIGHT, "2026-05-01 22:00", True, id="over midnight, before it"),
        pytest.param(FRIDAY_NIGHT, "2026-05-02 01:59", True, id="and after it, a Saturday by then"),
        pytest.param(FRIDAY_NIGHT, "2026-05-02 02:00", False, id="until two"),
        pytest.param(FRIDAY_NIGHT, "2026-05-01 01:00", False, id="not the night before"),
        pytest.param({"first_on": "2026-05-01"}, "2026-05-01 00:00", True, id="the first day"),
        pytest.param({"last_on": "2026-04-30"}, "2026-05-01 00:00", False, id="after the last"),
        pytest.param({"last_on": "2026-04-30"}, "2026-04-30 23:59", True, id="the last, whole"),
    ],
)
def test_P5_a_time_window_is_on_the_wall_clock(window, at, is_in):
    when = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI).astimezone(UTC)
    assert holding({"time": window}, basket(FOOD, occurred_at=when)) == [0] * is_in


def test_E7_a_store_may_have_a_zone_of_its_own():
    zones = {"ny": ZoneInfo("America/New_York")}
    window = {"time": {"zone": "store", "to_time": "01:00"}}
    midnight_there = datetime(2026, 5, 1, 4, tzinfo=UTC)
    for store, lines in (("ny", [0]), ("elsewhere", [])):
        scene = basket(FOOD, zones=zones, store_id=store, occurred_at=midnight_there)
        assert holding(window, scene) == lines


def test_E7_the_hour_that_comes_twice_and_the_one_that_does_not_come():
    """New York: 1 Nov 2026 has 01:30 twice, 8 March 2026 has no 02:30."""
    zones = {"ny": ZoneInfo("America/New_York")}
    window = {"time": {"zone": "store", "from_time": "01:00", "to_time": "02:00"}}
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    for at, lines in (
        (first, [0]),
        (first + timedelta(hours=1), [0]),
        (first + timedelta(hours=2), []),
    ):
        assert holding(window, basket(FOOD, zones=zones, store_id="ny", occurred_at=at)) == lines
    gap = {"time": {"zone": "store", "from_time": "02:00", "to_time": "03:00"}}
    for minute in range(0, 120, 10):
        at = datetime(2026, 3, 8, 6, 30, tzinfo=UTC) + timedelta(minutes=minute)
        assert holding(gap, basket(FOOD, zones=zones, store_id="ny", occurred_at=at)) == []


@pytest.mark.parametrize(
    ("when", "path", "name"),
    [
        pytest.param({"tier": ["vip"]}, "", "tier", id="a leaf alone"),
        pytest.param(
            {"all": [{"store": ["s1"]}, {"any": [{"tier": ["vip"]}, {"sku": ["x"]}]}]},
            "/all/1/any/0",
            "tier",
            id="the first of those that all fail",
        ),
        pytest.param({"not": {"store": ["s1"]}}, "", "not", id="what must not be"),
        pytest.param(
            {"all": [{"category": ["wine"]}, {"sku": ["f"]}]},
            "/all/1",
            "sku",
            id="no line has both",
        ),
    ],
)
def test_E5_the_leaf_that_failed_is_named(when, path, name):
    failed = failing(compiled(read(when)), ORDER)
    assert failed is not None
    assert (failed.path, failed.name) == (path, name)


def test_E5_nothing_failed_where_it_holds():
    assert failing(compiled(read({"store": ["s1"]})), ORDER) is None


def nested(depth: int) -> dict[str, Any]:
    when: dict[str, Any] = {"store": ["s1"]}
    for _ in range(depth - 1):
        when = {"not": when}
    return when


@pytest.mark.parametrize(
    ("when", "where", "code"),
    [
        pytest.param(nested(9), (), "condition_too_deep", id="too deep"),
        pytest.param(
            {"all": [{"any": [{"sku": ["a"]}] * 40}] * 5}, (), "condition_too_large", id="too large"
        ),
        pytest.param({"all": [{"sku": ["a"]}] * 10_000}, ("all",), "too_long", id="10,000 clauses"),
        pytest.param({"sku": ["a"] * (VALUES_MAX + 1)}, ("sku",), "too_long", id="too many values"),
        pytest.param({"sku": []}, ("sku",), "too_short", id="no value"),
        pytest.param({"all": []}, ("all",), "too_short", id="nothing to hold"),
        pytest.param({}, (), "condition_not_one", id="nothing at all"),
        pytest.param({"sku": ["a"], "store": ["b"]}, (), "condition_not_one", id="two at once"),
        pytest.param({"sku": None}, (), "condition_not_one", id="none of it"),
        pytest.param({"python": "1"}, ("python",), "extra_forbidden", id="no Python"),
        pytest.param({"order_amount": {}}, ("order_amount",), "range_empty", id="no limit"),
        pytest.param(
            {"order_amount": {"at_least_minor": 5, "below_minor": 5}},
            ("order_amount",),
            "range_empty",
            id="nothing between",
        ),
        pytest.param({"time": {}}, ("time",), "window_empty", id="no window"),
        pytest.param({"time": {"zone": "store"}}, ("time",), "window_empty", id="a zone alone"),
        pytest.param(
            {"time": {"first_on": "2026-05-02", "last_on": "2026-05-01"}},
            ("time",),
            "window_empty",
            id="over before it begins",
        ),
        pytest.param(
            {"time": {"first_on": "2026-02-30"}}, ("time", "first_on"), "format", id="no day"
        ),
        pytest.param({"cel": "1 +"}, ("cel",), "cel_invalid", id="no expression"),
        pytest.param({"cel": "secrets == 1"}, ("cel",), "cel_invalid", id="no such name"),
        pytest.param({"cel": "store == 1"}, ("cel",), "cel_invalid", id="unlike things compared"),
        pytest.param({"cel": "order_minor + 1"}, ("cel",), "cel_not_boolean", id="no yes or no"),
        pytest.param({"cel": "1.5 < 2.5"}, ("cel",), "cel_fraction", id="no float"),
        pytest.param(
            {"cel": "double(order_minor) > double(1)"}, ("cel",), "cel_invalid", id="nor any"
        ),
        pytest.param(
            {"cel": "payments.exists(p, payments.exists(q, p == q))"},
            ("cel",),
            "cel_loops",
            id="loops",
        ),
        pytest.param({"cel": "payments . all (p, true)"}, ("cel",), "cel_loops", id="spaced loops"),
        pytest.param({"cel": "[1].map(x, x) == [1]"}, ("cel",), "cel_loops", id="mapped lists"),
        pytest.param({"cel": "sku.matches('(a+)+$')"}, ("cel",), "cel_loops", id="regex bombs"),
        pytest.param({"cel": "(" * 17 + "true" + ")" * 17}, ("cel",), "cel_too_deep", id="deep"),
        pytest.param({"cel": "!" * 501}, ("cel",), "string_too_long", id="long"),
    ],
)
def test_P5_a_hostile_condition_is_refused_by_name(when, where, code):
    with pytest.raises(ValidationError) as caught:
        read(when)
    found = [(e["loc"], e.get("ctx", {}).get("code", e["type"])) for e in caught.value.errors()]
    assert (where, code) in found


def test_P5_what_is_just_within_the_limits_is_read():
    assert read(nested(8)).depth() == 8
    assert read({"all": [{"sku": ["a"]}] * BRANCHES_MAX}).size() == BRANCHES_MAX + 1
    assert read({"cel": "!" * (EXPRESSION_MAX - 4) + "true"}).said[0] == "cel"


def test_P5_a_condition_is_answered_as_it_was_written():
    written = {
        "all": [{"not": {"tier": ["vip"]}}, {"time": {"zone": "store", "from_time": "06:00"}}]
    }
    assert read(written).model_dump() == written
    assert read({"first_purchase": False}).model_dump() == {"first_purchase": False}


def test_P5_an_expression_of_strings_may_speak_of_loops():
    assert holding({"cel": "store != 'x.all(1.5)'"}) == ALL
