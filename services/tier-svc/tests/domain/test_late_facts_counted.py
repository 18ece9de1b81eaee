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
from tier_svc.domain.facts import Fact, Heard
from tier_svc.domain.publications import Known, Publication, grounds_of
from tier_svc.domain.reading import read_ladder

ENROLLED = datetime(2020, 1, 1, tzinfo=UTC)
SIZES = (100, 200, 400, 800)
MORE_THAN_TWICE = 2.1
"""What twice as many purchases may cost: they are sorted, too. Squared it would be four times."""


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


def grounds(programme, written, bought):
    ladder = read_ladder(LadderWritten.model_validate(written("ladder.json", programme)), 1)
    in_force = [Publication(ladder, ZoneInfo("America/New_York"))]
    return grounds_of(in_force, Known("m", ENROLLED, Heard(bought), {}))


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
