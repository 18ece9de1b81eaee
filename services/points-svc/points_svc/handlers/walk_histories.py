"""Walk through what members have of a period, page by page."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from itertools import groupby

from chassis.tx import Tx
from points_svc.domain.facts import Purchased, Returned
from points_svc.domain.moments import MILLISECOND, first_id
from points_svc.domain.rerating import Accrued
from points_svc.domain.scenario import Scenario
from points_svc.domain.simulation import Past, Stretch
from points_svc.store import postings, returns

ROWS_MAX = 2_000
STRETCH_MAX = 20
PAGES_MAX = 1_000_000
NOTHING: Mapping[str, int] = {}
LAST = "~"
"""Sorts after every id that begins alike, and before the next."""


async def walk_histories(
    tx: Tx, scenario: Scenario, member_ids: Sequence[str]
) -> AsyncGenerator[Stretch, None]:
    """The facts of the scenario's period, by member, then by id, a few at a time; they are read in
    bounded pages. Of who has none nothing comes.
    """
    first = [(member_id, str(first_id(scenario.from_at))) for member_id in member_ids]
    until = first_id(scenario.to_at + MILLISECOND)
    for _ in range(PAGES_MAX):
        accrued, is_full = await postings.accruals_within(
            tx, first, until, ROWS_MAX, scenario.after
        )
        goes_on = accrued[-1].purchase.member_id if is_full else ""
        for stretch in _stretches(await _pasts(tx, scenario, accrued), goes_on):
            yield stretch
        if not is_full:
            return
        last = accrued[-1].purchase.fact_id
        further = [each for each in first if each[0] > goes_on]
        first = [(goes_on, f"{last}{LAST}"), *further]


def _stretches(pasts: Sequence[Past], goes_on: str) -> Iterator[Stretch]:
    for member_id, group in groupby(pasts, key=lambda past: past.purchase.member_id):
        facts = list(group)
        for start in range(0, len(facts), STRETCH_MAX):
            is_end = member_id != goes_on and start + STRETCH_MAX >= len(facts)
            yield Stretch(member_id, facts[start : start + STRETCH_MAX], is_end)


async def _pasts(tx: Tx, scenario: Scenario, accrued: Sequence[Accrued]) -> list[Past]:
    """Facts with what came back of them within the period, and what stands of that."""
    facts = _facts_of(scenario, accrued)
    if not facts:
        return []
    backs = await returns.returns_of(tx, facts)
    known = {
        key: [back for back in backs.get(key[1], ()) if back.occurred_at < scenario.to_at]
        for key in facts
    }
    reversals = [(key[0], back.fact_id) for key, some in known.items() for back in some]
    posted = await postings.posted(tx, facts, reversals)
    stands: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (fact_id, point_type), one in posted.items():
        stands[fact_id][point_type] = one.points
    return [Past(fact, known[key], _net(key[1], known[key], stands)) for key, fact in facts.items()]


def _facts_of(scenario: Scenario, accrued: Sequence[Accrued]) -> dict[tuple[str, str], Purchased]:
    """Each fact once, in the order in which they came."""
    return {
        (one.purchase.member_id, one.purchase.fact_id): one.purchase
        for one in accrued
        if scenario.from_at <= one.purchase.occurred_at < scenario.to_at
    }


def _net(
    fact_id: str, backs: Sequence[Returned], stands: Mapping[str, Mapping[str, int]]
) -> dict[str, int]:
    """What stands of a fact by point type, less what its returns took back."""
    took = [stands.get(back.fact_id, NOTHING) for back in backs]
    return {
        point_type: points - sum(one.get(point_type, 0) for one in took)
        for point_type, points in stands.get(fact_id, NOTHING).items()
    }
