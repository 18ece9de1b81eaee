"""The stays of many members at once, against those of each alone, where instants coincide (T3)."""

from datetime import timedelta
from random import Random

import numpy as np
import pytest

from tests.oracle.crowds import column
from tests.oracle.drawn_lives import START, ZONE
from tier_svc.domain import crowd_stays
from tier_svc.domain.crowd import Reach, instant, micros, owners
from tier_svc.domain.crowd_stays import Rules
from tier_svc.domain.crowd_tests import Times
from tier_svc.domain.instants import NONE, Period, Periods, Span
from tier_svc.domain.ladder import Renewal, Rung
from tier_svc.domain.metrics import Met
from tier_svc.domain.stays import ends_of, stays

MEMBERS, DRAWS = 60, 70
GRID = [START + timedelta(days=5 * n) for n in range(40)]
HORIZON = START + timedelta(days=2_000)
REACH = Reach(micros(START), micros(HORIZON))
LENGTHS = [NONE, NONE, Span(days=5), Span(days=10), Span(days=35), Span(months=1)]
ENDS = [Span(days=5), Span(days=20), Span(months=1), Periods(Period.MONTH, 1)]


def rung_by(chance, renewal):
    stay = chance.choice(ENDS if renewal is Renewal.AT_PERIOD_END else [None, None, *ENDS])
    minimum, grace = chance.choice(LENGTHS), chance.choice(LENGTHS)
    return Rung("x", None, stay, renewal, minimum, grace)


def met_by(chance, renewal):
    """Times that never touch; the last may last for ever, where no period's end asks."""
    edges = sorted(chance.sample(GRID, 2 * chance.randrange(5)))
    found = [Met(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)]
    if found and renewal is Renewal.CONTINUOUS and chance.randrange(6) == 0:
        found[-1] = Met(found[-1].from_at, None)
    return found


def moments(of_members, horizon=None):
    """Of each member's instants, in order; none is the horizon."""
    pairs = [(n, micros(at or horizon)) for n, of in enumerate(of_members) for at in of]
    return REACH.moments(column(n for n, _ in pairs), column(at for _, at in pairs))


def drawn(seed, renewal):
    chance = Random(seed)
    met = [met_by(chance, renewal) for _ in range(MEMBERS)]
    steps = [sorted(chance.sample(GRID, chance.randrange(4))) for _ in range(MEMBERS)]
    return rung_by(chance, renewal), met, steps


def at_once(rung, met, steps):
    froms = moments([[one.from_at for one in of] for of in met])
    untils = moments([[one.to_at for one in of] for of in met], HORIZON)
    return crowd_stays.stays(Rules(rung, ZONE, REACH), Times(froms, untils), moments(steps))


def by_member(*columns):
    out = [[] for _ in range(MEMBERS)]
    for owner, *at in zip(owners(columns[0]), *map(REACH.instants, columns), strict=True):
        out[owner].append(tuple(instant(int(one)) for one in at))
    return out


@pytest.mark.parametrize("renewal", Renewal)
def test_T3_stays_of_many_at_once_are_those_of_each_alone(renewal):
    stepped = 0
    for seed in range(DRAWS):
        rung, met, steps = drawn(seed, renewal)
        alone = [stays(rung, *of, ZONE) for of in zip(met, steps, strict=True)]
        found = at_once(rung, met, steps)
        assert by_member(found.since, found.until) == [
            [(stay.since, stay.until or HORIZON) for stay in of] for of in alone
        ]
        ends = by_member(crowd_stays.ends_of(found, REACH))
        assert ends == [[(at,) for at in ends_of(of)] for of in alone]
        stepped += sum(stay.since == stay.until for of in alone for stay in of)
    assert stepped or renewal is Renewal.AT_PERIOD_END, "some are not kept for a moment"


def test_T3_nobody_has_no_stays():
    nothing = np.zeros(0, dtype=np.int64)
    for renewal in Renewal:
        rules = Rules(rung_by(Random(1), renewal), ZONE, REACH)
        found = crowd_stays.stays(rules, Times(nothing, nothing), nothing)
        assert (found.since.size, found.until.size) == (0, 0)
