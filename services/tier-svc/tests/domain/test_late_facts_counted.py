"""A late fact costs as much as its member's history is long: counted in steps of the interpreter,
each as it is made, so that it does not matter how busy the machine is (T3, T4).
"""

import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tier_svc.domain.draft import LadderWritten
from tier_svc.domain.evaluation import Standing, evaluate
from tier_svc.domain.facts import Fact, Heard, HeardReturn, Line, Taken
from tier_svc.domain.publications import Known, Publication, grounds_of
from tier_svc.domain.reading import read_ladder
from tier_svc.domain.timeline import told_timeline

ENROLLED = datetime(2020, 1, 1, tzinfo=UTC)
SIZES = (100, 200, 400, 800)
MORE_THAN_TWICE = 2.1
"""What twice as many purchases may cost: they are sorted, too. Squared it would be four times."""

RETURNS = 20
PART = 0.75
"""What a walk after a return may cost of one that counts by itself: it finds all stays anew."""


def purchases(count):
    """One each fourth day or so, so that tiers are reached, renewed and lost all the time."""
    return [
        Fact(
            ENROLLED + timedelta(days=4 * n, hours=n % 7, minutes=n % 11),
            f"f{n:06d}",
            7_000 + 12_000 * (n % 40 < 9),
            1,
            {"growth": 150 + 400 * (n % 50 < 9)},
        )
        for n in range(count)
    ]


def returned(one):
    """A return of half of a purchase, three days later."""
    at, lines = one.occurred_at + timedelta(days=3), (Line("1", 2, one.spend),)
    taken = (Taken("1", 1),)
    return HeardReturn(f"r{one.fact_id}", one.fact_id, at, at, taken, lines, {"growth": 75})


def grounds(programme, written, bought, returns=()):
    ladder = read_ladder(LadderWritten.model_validate(written("ladder.json", programme)), 1)
    in_force = [Publication(ladder, ZoneInfo("America/New_York"))]
    return grounds_of(in_force, Known("m", ENROLLED, Heard(bought, returns), {}))


def steps_of(verb):
    """What it answers, and how many steps the interpreter made for it."""
    count = 0

    def step(frame, event, _):
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        found = verb()
    finally:
        sys.settrace(before)
    return found, count


@pytest.mark.parametrize("programme", ["classic", "grocer"])
def test_T4_a_late_fact_costs_steps_in_proportion_to_the_history(programme, written):
    costs = []
    for size in SIZES:
        late, *bought = purchases(size)
        told = evaluate(grounds(programme, written, bought), Standing("m", programme, 0, ()), None)
        standing = Standing("m", programme, told.seq, told.told)
        whole = [*bought, late]
        found, count = steps_of(
            lambda whole=whole, standing=standing, late=late: evaluate(
                grounds(programme, written, whole), standing, {late.fact_id}
            )
        )
        assert found is not None
        costs.append(count)
    growth = [(once, twice) for once, twice in pairwise(costs) if twice > MORE_THAN_TWICE * once]
    assert not growth


@pytest.mark.parametrize("programme", ["classic", "grocer"])
def test_T4_a_walk_after_a_return_costs_a_part_of_the_first(programme, written):
    bought = purchases(SIZES[1])
    since = bought[0].occurred_at
    costs = []
    for returns in ([], [returned(one) for one in bought[:RETURNS]]):
        known = grounds(programme, written, bought, returns)
        _, count = steps_of(lambda known=known: told_timeline(known, since))
        costs.append(count)
    alone, walked = costs
    assert walked < alone * (1 + RETURNS * PART)
