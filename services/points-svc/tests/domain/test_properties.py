"""E3, I1–I3 and I9 of the pure core: generated histories in every order, with and without
decisions.
"""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.events.points import PointsAccrued, PointsReversed
from points_testing.deciding import STEPS, live
from points_testing.histories import (
    NOW,
    SHORT,
    TICKS,
    at,
    came_in,
    demand_sound,
    hear,
    histories,
    rated,
    settled,
)
from points_testing.ledger import Ledger


def demand_symmetric(ledger: Ledger) -> None:
    """Σ reversals never exceeds the accrual, per purchase and point type (P7, I9)."""
    sums = rated(ledger)
    for point_type in ("points", "growth"):
        for fact_id in ledger.purchases:
            backs = [sums[r.fact_id, point_type] for r in ledger.returns_of(fact_id)]
            assert all(points >= 0 for points in backs)
            assert sum(backs) <= sums[fact_id, point_type]


@settings(max_examples=600, deadline=None)
@given(histories(), st.data())
def test_E3_without_decisions_every_order_ends_alike_in_every_term(history, data):
    first, other = Ledger(SHORT), Ledger(SHORT)
    shuffled = data.draw(st.permutations([*history.facts, *history.facts]))
    for ledger, facts in ((first, history.facts), (other, shuffled)):
        ledger.at(NOW)
        for fact in facts:
            hear(ledger, fact)
            for book in ledger.books.all():
                demand_sound(book)
        ledger.settle()
        demand_symmetric(ledger)
    assert rated(first) == rated(other)
    for point_type in ("points", "growth"):
        assert first.sums(point_type) == other.sums(point_type)


@settings(max_examples=300, deadline=None)
@given(histories(), st.data())
def test_E3_whenever_the_clock_let_lots_expire_the_terms_end_alike(history, data):
    """Each fact is heard at a moment of its own, in occurred or any other order; expiry runs
    between.
    """
    ends = []
    for _ in range(2):
        ledger = Ledger(SHORT)
        facts = data.draw(st.permutations(history.facts))
        moments = sorted(data.draw(st.lists(TICKS, min_size=len(facts), max_size=len(facts))))
        for fact, tick in zip(facts, moments, strict=True):
            ledger.at(at(tick))
            hear(ledger, fact)
            if tick % 2:
                ledger.settle()
        ledger.at(NOW)
        ledger.settle()
        demand_sound(ledger.book())
        ends.append((rated(ledger), ledger.sums("points"), ledger.sums("growth")))
    assert ends[0] == ends[1]


@settings(max_examples=600, deadline=None)
@given(histories(), STEPS, st.sampled_from(["deficit", "forgive"]))
def test_P14_decisions_among_facts_leave_sound_books_and_the_settled_sum(history, steps, policy):
    """available + held + pending − deficit + expired − forgiven is what came in less what went out
    (E3).
    """
    ledger = Ledger(SHORT, policy)
    live(ledger, history, steps)
    demand_symmetric(ledger)
    demand_sound(ledger.book())
    assert settled(ledger, "points") == came_in(ledger)


@settings(max_examples=150, deadline=None)
@given(histories())
def test_revisions_count_from_one_and_say_new_totals(history):
    ledger = Ledger(SHORT)
    ledger.at(NOW)
    for fact in history.facts:
        hear(ledger, fact)
    last: dict[tuple[str, str], int] = {}
    totals: dict[tuple[str, str], int] = {}
    for event in ledger.said:
        if isinstance(event, PointsAccrued | PointsReversed):
            key = (event.fact_id, event.point_type)
            assert event.revision == last.get(key, 0) + 1
            assert totals.get(key) != event.points
            last[key], totals[key] = event.revision, event.points
    assert totals == rated(ledger)


@settings(max_examples=100, deadline=None)
@given(histories())
def test_fact_ids_sort_by_time(history):
    moments = sorted((f.fact_id, f.occurred_at) for f in history.facts if hasattr(f, "fact_id"))
    assert all(earlier[1] <= later[1] for earlier, later in pairwise(moments))
