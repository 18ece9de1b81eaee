"""A real grocer's year, calculated for many households at once and for each alone: the same
timeline for every household.
"""

import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from deploy.demo.year import ZONE, Year
from tests.oracle.crowds import crowd_of, crowd_timelines, one_by_one, timelines, together
from tier_svc.domain.crowd import RETURNS_MAX
from tier_svc.domain.crowd_sides import is_for_crowds, tiers_of
from tier_svc.domain.crowd_simulation import see_crowd
from tier_svc.domain.draft import LadderWritten
from tier_svc.domain.facts import Fact, Heard, HeardReturn, Line, Taken
from tier_svc.domain.publications import Known, Publication
from tier_svc.domain.reading import read_ladder
from tier_svc.domain.scenario import Setting, SimulationAsk, Terms, scenario

GROCER = Path(__file__).parents[2] / "deploy" / "programmes" / "grocer"
BASKETS_MAX = 5_000
PERIOD = datetime(2017, 1, 1, 5, tzinfo=UTC), datetime(2018, 7, 1, 4, tzinfo=UTC)

SLICE = 60
COUNTED = 240
"""Of all households so many are counted one by one as well."""
EVERYBODY = pytest.param(None, id="the whole year", marks=pytest.mark.long)


def returns(chance, bought):
    """One purchase in twenty came back, in part or whole."""
    back = [came_back(chance, one) for one in bought if chance.randrange(20) == 0]
    return back[:RETURNS_MAX]


def came_back(chance, purchase):
    """A third, a half or all of it, within two months."""
    line = Line("1", chance.choice((1, 2, 3)), purchase.spend)
    at = purchase.occurred_at + timedelta(days=chance.randrange(60))
    least = purchase.points["growth"] // line.quantity
    name = "r" + purchase.fact_id, purchase.fact_id
    return HeardReturn(*name, at, at, (Taken("1", 1),), (line,), {"growth": least})


def households(count):
    """Everything that each of them bought, with a point a dollar, and what came back."""
    chance, bought, enrolled = Random(20), {}, {}
    for batch in Year(count).batches(BASKETS_MAX, 0, 0):
        enrolled |= batch.newcomers
        for basket in batch.purchases:
            spend = sum(line.amount_minor - line.discount_minor for line in basket.lines)
            points = {"growth": spend // 100}
            fact = Fact(basket.occurred_at, basket.source_ref, spend, 1, points)
            bought.setdefault(basket.member.value, []).append(fact)
    return [
        Known(card, enrolled[card], Heard(of, returns(chance, of)), {})
        for card, of in sorted(bought.items())
    ]


def ladder(version, *rungs, **more):
    base = {"tier": "bronze"}
    written = {"name": "grocer", "rungs": [base, *rungs]} | more
    return read_ladder(LadderWritten.model_validate(written), version)


def rung(tier, metric, at_least, window, **rules):
    named = {"point_type": "growth"} if metric == "points" else {}
    test = {"metric": metric, "at_least": at_least, "window": window} | named
    return {"tier": tier, "test": test} | rules


STEPS = {"minimum_stay": {"months": 1}, "grace": {"days": 14}, "downgrade": "one_step"}
MONTH, QUARTER = {"rolling_months": 1}, {"calendar": "quarter"}
DRAFTS = {
    "a shorter window": (
        rung("silver", "spend", 8_000, MONTH, **STEPS),
        rung("gold", "spend", 40_000, {"rolling_days": 60}, **STEPS),
    ),
    "visits and points at the end of a period": (
        rung("silver", "visits", 4, MONTH, stay={"months": 2}, renewal="at_period_end"),
        rung(
            "gold",
            "points",
            400,
            QUARTER,
            stay={"calendar": "quarter", "periods": 2},
            renewal="at_period_end",
            downgrade="one_step",
        ),
    ),
    "days of visit, and a floor": (
        {
            "tier": "silver",
            "test": {
                "all": [
                    {"metric": "visits", "count": "days", "at_least": 5, "window": MONTH},
                    {"metric": "spend", "at_least": 5_000, "window": {"calendar": "month"}},
                ]
            },
        },
        rung("gold", "spend", 150_000, {"lifetime": True}, floor="silver"),
    ),
}


@pytest.fixture(scope="module", params=[pytest.param(SLICE, id="a slice"), EVERYBODY])
def known(request):
    found = households(request.param)
    assert len(found) == (request.param or 2_469)
    return found


@pytest.mark.parametrize("evaluated", [None, "month"], ids=["at once", "monthly"])
@pytest.mark.parametrize("rungs", DRAFTS.values(), ids=DRAFTS)
def test_T7_every_household_has_the_timeline_at_once_that_it_has_alone(known, rungs, evaluated):
    in_force = json.loads((GROCER / "ladder.json").read_text(encoding="utf-8"))["rungs"][1:]
    published = Publication(ladder(1, *in_force), ZONE)
    draft = ladder(2, *rungs, **({"evaluated": evaluated} if evaluated else {}))
    tiers = ("bronze", "silver", "gold", "platinum")
    terms = {tier: Terms(Fraction(n, 3), Fraction(n, 70), n) for n, tier in enumerate(tiers)}
    ask = SimulationAsk(2, None, *PERIOD, terms=terms)
    asked = scenario(ask, Setting((published,), ZONE, 100), draft, None)
    assert is_for_crowds(asked)
    assert tuple(tiers_of(asked)) == tiers
    assert crowd_timelines(asked, crowd_of(known)) == timelines(asked, known)
    some = known[:: max(1, len(known) // COUNTED)]
    found, expected = see_crowd(asked, crowd_of(some), together(some)), one_by_one(asked, some)
    assert (found.tally, list(found.moves)) == (expected.tally, list(expected.moves))
    assert len(found.moves) > len(some) // 2
