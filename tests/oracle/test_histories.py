"""The generator is worth its name: histories repeat by seed, and reach the edges they are for."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from tests.oracle.facts import History
from tests.oracle.histories import Seeded, deal, seeded
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
