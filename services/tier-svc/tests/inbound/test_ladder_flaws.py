"""Ladders that are refused: each flaw by its place and code, and nothing left behind."""

import ast
import copy
import inspect

import pytest

from tier_svc.domain import reachability, reading, reading_tests
from tier_svc.domain.draft import LadderWritten
from tier_svc.domain.reading import read_ladder
from tier_svc.domain.refusals import LadderInvalid

LEAF = {"metric": "spend", "at_least": 100, "window": {"rolling_months": 12}}
FEW = {"metric": "complaints", "at_most": 0, "window": {"lifetime": True}}
VISITS = {"metric": "visits", "at_least": 3, "window": {"calendar": "month"}}


def ladder(*rungs, **more):
    return {"name": "x", "rungs": [{"tier": "base"}, *rungs], **more}


def rung(test=None, **rules):
    return {"tier": "up", "test": test or LEAF, **rules}


def leaf(**changes):
    return rung({**LEAF, **changes})


FLAWS = [
    pytest.param(ladder(rung(), rung(VISITS)), "/rungs/2/tier", "duplicate_tier", id="tier twice"),
    pytest.param(ladder({"tier": "up"}), "/rungs/1/test", "test_missing", id="no test"),
    pytest.param(
        {"name": "x", "rungs": [rung()]}, "/rungs/0/test", "base_has_rules", id="tested base"
    ),
    pytest.param(
        ladder(leaf(metric="karma")), "/rungs/1/test/metric", "unknown_metric", id="metric"
    ),
    pytest.param(ladder(rung(FEW)), "/rungs/1/test", "met_by_nothing", id="no complaints"),
    pytest.param(ladder(leaf(count="days")), "/rungs/1/test/count", "unexpected", id="spent days"),
    pytest.param(
        ladder(rung({**VISITS, "count": "hours"})), "/rungs/1/test/count", "unknown", id="hours"
    ),
    pytest.param(
        ladder(leaf(metric="points")), "/rungs/1/test/point_type", "missing", id="which points"
    ),
    pytest.param(
        ladder(leaf(point_type="growth")),
        "/rungs/1/test/point_type",
        "unexpected",
        id="spent growth",
    ),
    pytest.param(
        ladder(rung({"metric": "spend", "window": {"lifetime": True}})),
        "/rungs/1/test/at_least",
        "missing",
        id="no threshold",
    ),
    pytest.param(
        ladder(rung({"metric": "spend", "at_least": 1})),
        "/rungs/1/test/window",
        "missing",
        id="no window",
    ),
    pytest.param(
        ladder(leaf(window={"rolling_months": 1, "lifetime": True})),
        "/rungs/1/test/window",
        "one_window",
        id="two windows",
    ),
    pytest.param(
        ladder(leaf(window={"lifetime": False})),
        "/rungs/1/test/window",
        "one_window",
        id="no lifetime",
    ),
    pytest.param(
        ladder(leaf(window={"anniversary": False})),
        "/rungs/1/test/window",
        "one_window",
        id="no anniversary",
    ),
    pytest.param(
        ladder(leaf(window={"calendar": "week"})),
        "/rungs/1/test/window/calendar",
        "unknown",
        id="week",
    ),
    pytest.param(
        ladder(rung({"all": [LEAF], "metric": "spend"})),
        "/rungs/1/test",
        "all_any_or_metric",
        id="tree and leaf",
    ),
    pytest.param(
        ladder(rung({"any": [LEAF, {"all": [{"metric": "karma"}]}]})),
        "/rungs/1/test/any/1/all/0/metric",
        "unknown_metric",
        id="deep in a tree",
    ),
    pytest.param(
        ladder(rung({"any": [LEAF], "at_least": 1})),
        "/rungs/1/test/at_least",
        "unexpected",
        id="a tree's threshold",
    ),
    pytest.param(
        ladder(rung({"any": [{"any": [LEAF] * 9}] * 2})),
        "/rungs/1/test",
        "too_many",
        id="18 leaves",
    ),
    pytest.param(
        ladder(rung(stay={"periods": 2})), "/rungs/1/stay", "months_or_periods", id="stay"
    ),
    pytest.param(
        ladder(rung(stay={"calendar": "week", "periods": 2})),
        "/rungs/1/stay/calendar",
        "unknown",
        id="weeks of stay",
    ),
    pytest.param(
        ladder(rung(grace={"months": 1, "days": 1})), "/rungs/1/grace", "months_or_days", id="grace"
    ),
    pytest.param(
        ladder(rung(minimum_stay={})), "/rungs/1/minimum_stay", "months_or_days", id="empty minimum"
    ),
    pytest.param(ladder(rung(renewal="never")), "/rungs/1/renewal", "unknown", id="renewal"),
    pytest.param(
        ladder(rung(renewal="at_period_end")), "/rungs/1/stay", "stay_missing", id="end of what"
    ),
    pytest.param(
        ladder(
            rung(
                {"any": [LEAF, {"metric": "spend", "at_least": 1, "window": {"lifetime": True}}]},
                renewal="at_period_end",
                stay={"months": 1},
            )
        ),
        "/rungs/1/renewal",
        "renewal_never_ends",
        id="renewed for ever",
    ),
    pytest.param(ladder(rung(downgrade="far")), "/rungs/1/downgrade", "unknown", id="downgrade"),
    pytest.param(ladder(rung(floor="far")), "/rungs/1/floor", "unknown_tier", id="floor of whom"),
    pytest.param(ladder(rung(floor="base")), "/rungs/1/floor", "floor_is_base", id="base floor"),
    pytest.param(
        ladder(rung(floor="top"), {"tier": "top", "test": {**LEAF, "at_least": 200}}),
        "/rungs/1/floor",
        "floor_above",
        id="floor above",
    ),
    pytest.param(
        ladder(rung(invitation_only=True, paid=True)), "/rungs/1/paid", "one_pass", id="two passes"
    ),
    pytest.param(
        ladder({"tier": "up", "paid": True, "grace": {"days": 3}}),
        "/rungs/1/grace",
        "rule_without_test",
        id="grace of nothing",
    ),
    pytest.param(ladder(rung(), on_return="later"), "/on_return", "unknown", id="on return"),
    pytest.param(
        ladder(rung(), on_return={}), "/on_return", "days_or_calendar", id="after what return"
    ),
    pytest.param(
        ladder(rung(), on_return={"calendar": "week"}),
        "/on_return/calendar",
        "unknown",
        id="a week's returns",
    ),
    pytest.param(ladder(rung(), evaluated="weekly"), "/evaluated", "unknown", id="weekly"),
    pytest.param(ladder(leaf(metric="tasks")), "/rungs/1/test/kinds", "missing", id="which tasks"),
    pytest.param(
        ladder(leaf(metric="attributes")),
        "/rungs/1/test/attribute",
        "missing",
        id="which attribute",
    ),
    pytest.param(ladder(leaf(kinds=["x"])), "/rungs/1/test/kinds", "unexpected", id="spent tasks"),
    pytest.param(
        ladder(leaf(attribute="x")), "/rungs/1/test/attribute", "unexpected", id="spent attribute"
    ),
    pytest.param(ladder(leaf(where={})), "/rungs/1/test/where", "missing", id="where"),
    pytest.param(
        ladder(leaf(metric="activities", where={"stores": ["s1"]})),
        "/rungs/1/test/where/stores",
        "unexpected",
        id="an activity's store",
    ),
    pytest.param(
        ladder(leaf(metric="points", point_type="growth", where={"channels": ["x"]})),
        "/rungs/1/test/where",
        "unexpected",
        id="a point's channel",
    ),
    pytest.param(
        ladder(rung({**LEAF, "window": {"lifetime": True}}, minimum_stay={"months": 3})),
        "/rungs/1/minimum_stay",
        "window_never_ends",
        id="a minimum of for ever",
    ),
    pytest.param(
        ladder(
            rung(renewal="at_period_end", stay={"months": 1}, minimum_stay={"months": 3}),
        ),
        "/rungs/1/minimum_stay",
        "minimum_exceeds_stay",
        id="an end that is none",
    ),
    pytest.param(
        ladder(
            *(
                {
                    "tier": f"t{n}",
                    "test": {
                        "any": [
                            {**LEAF, "at_least": 100 * n, "where": {"stores": [f"s{n}-{m}"]}}
                            for m in range(10)
                        ]
                    },
                }
                for n in range(1, 4)
            )
        ),
        "/rungs",
        "costs_too_much",
        id="30 measures",
    ),
    pytest.param(
        ladder(rung(), {"tier": "top", "test": {**LEAF, "at_least": 100}}),
        "/rungs/1/test",
        "thresholds_out_of_order",
        id="as much for more",
    ),
    pytest.param(
        ladder(
            rung({"metric": "visits", "at_least": 3, "window": {"calendar": "month"}}),
            {
                "tier": "top",
                "test": {"metric": "visits", "at_least": 2, "window": {"calendar": "year"}},
            },
        ),
        "/rungs/1/test",
        "thresholds_out_of_order",
        id="a wider window",
    ),
    pytest.param(
        ladder(
            rung({"all": [{**LEAF, "at_least": 200}, VISITS]}),
            {"tier": "top", "test": {"any": [LEAF, VISITS]}},
        ),
        "/rungs/1/test",
        "unreachable",
        id="always more",
    ),
]


@pytest.mark.parametrize(("body", "path", "code"), FLAWS)
async def test_a_ladder_that_cannot_be_climbed(hall, api, body, path, code):
    before = await hall.stage.counts()
    answer = await api.post("/v1/ladders", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "ladder_invalid")
    assert {"path": path, "code": code} in answer.json()["errors"]
    assert await hall.stage.counts() == before


@pytest.mark.parametrize("programme", ["classic", "grocer"])
def test_the_shipped_ladders_are_good(written, programme):
    read = read_ladder(LadderWritten.model_validate(written("ladder.json", programme)), 1)
    assert read.name == programme


def test_every_flaw_is_named_at_once(written):
    several = copy.deepcopy(written("ladder.json"))
    several["rungs"][1]["renewal"] = "never"
    several["rungs"][2]["test"]["metric"] = "karma"
    with pytest.raises(LadderInvalid) as refused:
        read_ladder(LadderWritten.model_validate(several), 1)
    assert [one["code"] for one in refused.value.numbers["errors"]] == [
        "unknown",
        "unknown_metric",
    ]


def codes_of(module):
    """What is named wherever a flaw is added or yielded."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        is_added = isinstance(node, ast.Call) and ast.unparse(node.func) == "flaws.add"
        if is_added or isinstance(node, ast.Yield):
            said = ast.walk(node.args[1] if is_added else node.value)
            yield from (one.value for one in said if isinstance(getattr(one, "value", 0), str))


@pytest.mark.parametrize("module", [reading, reading_tests, reachability])
def test_every_flaw_that_can_be_named_is_tried(module):
    assert set() < set(codes_of(module)) <= {case.values[2] for case in FLAWS}
