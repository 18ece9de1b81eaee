"""E3, I1–I3 with points that wait: in every form of availability the terms end alike, whatever
came when and whenever time was let pass.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from points_testing.deciding import STEPS, live
from points_testing.histories import (
    FORMS,
    at,
    came_in,
    demand_sound,
    hear,
    histories,
    rated,
    settled,
)
from points_testing.ledger import Ledger

LAST = 260
"""Nearly three months after the first fact: whoever was away for a month has lost something."""
MOMENTS = st.integers(0, LAST)
EACH_FORM = pytest.mark.parametrize("form", FORMS)


@EACH_FORM
@settings(max_examples=40, deadline=None)
@given(history=histories(), data=st.data())
def test_E3_points_that_wait_end_alike_whatever_came_when(form, history, data):
    """Each fact is heard at a moment of its own, in any order; time is let pass between, or not."""
    ends = []
    for _ in range(2):
        ledger = Ledger(FORMS[form])
        facts = data.draw(st.permutations([*history.facts, *history.facts]))
        moments = sorted(data.draw(st.lists(MOMENTS, min_size=len(facts), max_size=len(facts))))
        for fact, tick in zip(facts, moments, strict=True):
            ledger.at(at(tick))
            hear(ledger, fact)
            if tick % 2:
                ledger.settle()
            demand_sound(ledger.book())
        ledger.at(at(LAST))
        ledger.settle()
        demand_sound(ledger.book())
        ends.append((rated(ledger), ledger.sums("points"), ledger.sums("growth")))
    assert ends[0] == ends[1]


@EACH_FORM
@settings(max_examples=30, deadline=None)
@given(history=histories(), steps=STEPS, policy=st.sampled_from(["deficit", "forgive", "review"]))
def test_P14_decisions_among_points_that_wait_leave_the_settled_sum(form, history, steps, policy):
    ledger = Ledger(FORMS[form], policy)
    live(ledger, history, steps)
    demand_sound(ledger.book())
    assert settled(ledger, "points") == came_in(ledger)
