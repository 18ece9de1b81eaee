"""The generator is worth its name: histories repeat by seed, and reach the edges they are for."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.oracle.facts import History, Line, Purchase, Return, kept_minor
from tests.oracle.histories import Seeded, deal, seeded, seeded_with_refunds
from tests.oracle.ladders import a_programme
from tests.oracle.programme import BRISK, CLASSIC, GROCER, Programme
from tests.oracle.rating import rate

NOW = datetime(2026, 2, 21, tzinfo=UTC)


def many(programme: Programme, count: int) -> list[History]:
    return [seeded(f"{programme.name} {n}", programme) for n in range(count)]


@pytest.mark.parametrize("programme", [CLASSIC, GROCER, BRISK], ids=lambda p: p.name)
def test_the_same_seed_is_the_same_history(programme: Programme) -> None:
    assert many(programme, 20) == many(programme, 20)


@pytest.mark.parametrize("programme", [CLASSIC, GROCER, BRISK], ids=lambda p: p.name)
def test_every_tier_is_reached_and_lost(programme: Programme) -> None:
    shown, ended = set(), set()
    for history in many(programme, 120):
        timeline = rate(programme, history).timeline
        shown |= {each.tier for each in timeline}
        ended |= {each.tier for each in timeline if each.to_at}
    every = {programme.base, *(rung.tier for rung in programme.rungs)}
    assert (shown, ended) == (every, every)


def test_brisk_reaches_the_edges() -> None:
    histories = many(BRISK, 200)
    assert any(h.enrolled_at > h.starts_at() for h in histories)
    assert any(len({p.occurred_at for p in h.purchases}) < len(h.purchases) for h in histories)
    assert any(r.occurred_at < h.effect_at(r) for h in histories for r in h.returns)
    assert any(
        r.occurred_at == h.purchase(r.purchase_id).occurred_at for h in histories for r in h.returns
    )
    assert any(len(h.returns_of(p)) > 1 for h in histories for p in h.purchases)
    assert any(i.ordinal > 2 for h in histories for i in rate(BRISK, h).timeline)


def test_any_ladder_settles() -> None:
    for n in range(100):
        programme = a_programme(Seeded(n))
        timeline = rate(programme, seeded(n, programme)).timeline
        assert timeline[-1].to_at is None
        assert all(a.to_at == b.from_at for a, b in pairwise(timeline))


def test_a_dealt_history_holds_every_fact_and_an_enrolment() -> None:
    for n, history in enumerate(many(BRISK, 50)):
        dealt = [fact for batch in deal(n, history, NOW).batches for fact in batch]
        assert set(dealt) == {None, *history.purchases, *history.returns}


def test_refunds_and_voids_come_at_every_edge() -> None:
    histories = [seeded_with_refunds(f"r {n}", BRISK) for n in range(200)]
    refunds = [(h, r) for h in histories for r in h.returns if r.refunds]
    assert any(h.purchase(r.purchase_id).occurred_at > r.occurred_at for h, r in refunds)
    assert any(len(h.returns_of(h.purchase(r.purchase_id))) > 2 for h, r in refunds)
    wholes = [
        r.occurred_at == p.occurred_at and kept_minor(p, h.returns_of(p)) == 0
        for h in histories
        for p in h.purchases
        for r in h.returns_of(p)
    ]
    assert any(wholes)
    assert all(rate(BRISK, h).timeline[-1].to_at is None for h in histories[:50])


def test_refunds_are_there_whatever_was_told_before_them() -> None:
    for n in range(100):
        history = seeded_with_refunds(f"s {n}", BRISK)
        for refund in (each for each in history.returns if each.refunds):
            bought = history.purchase(refund.purchase_id)
            others = [each for each in history.returns_of(bought) if each != refund]
            ((_, money),) = refund.refunds
            assert money <= kept_minor(bought, others)


AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("backs", "worth"),
    [
        pytest.param([(1, 1, 0)], 50, id="a unit takes its share"),
        pytest.param([(1, 0, 30)], 70, id="money is taken off"),
        pytest.param([(1, 0, 30), (2, 1, 0)], 35, id="money first, then a share of the rest"),
        pytest.param([(2, 0, 30), (1, 1, 0)], 20, id="in business order, however they were told"),
        pytest.param([(2, 0, 70), (1, 1, 0)], 0, id="never below nothing"),
        pytest.param([(0, 2, 0), (1, 0, 30)], 0, id="of what was voided nothing is left"),
    ],
)
def test_P7_what_is_kept_is_worth(backs: list[tuple[int, int, int]], worth: int) -> None:
    bought = Purchase("p", AT, (Line("L1", 100, 2),))
    returns = [
        Return(
            f"r{day}",
            "p",
            AT + timedelta(days=day),
            (("L1", units),) if units else (),
            (("L1", money),) if money else (),
        )
        for day, units, money in backs
    ]
    assert kept_minor(bought, returns) == worth
