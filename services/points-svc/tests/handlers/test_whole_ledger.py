"""Whole lives at the doors of the real service, against the naive model of the ledger (P1–P14)."""

from datetime import timedelta
from itertools import count
from random import Random, SystemRandom
from typing import Any

import pytest

from points_testing.desk import Desk
from points_testing.doors import Doors, lots_of, publish
from points_testing.naive_pools import NaiveLedger
from points_testing.whole_facts import BEGINS
from points_testing.whole_programmes import COUPLES, FORMS, LIMITED, SETTINGS, document
from points_testing.whole_steps import NUMBERS_MAX, VERBS, Step, Steps
from points_testing.whole_views import of_naive

LIFETIME = timedelta(days=1_000)
STEPS = 45
LONG = 200
SHORT = [
    ("end after 20 days, and come back for 5", "deficit", 21),
    ("are forfeit unless delivered", "review", 51),
    ("are lost by being away", "forgive", 21),
    ("have room for 300 and wait", "deficit", 2),
]
numbers = count(1)


async def live(desk: Desk, form: str, policy: str, seed: int, steps_max: int) -> int:
    """A life of so many steps; after each, what members have is compared, and after the jobs all
    else.
    """
    number = next(numbers)
    begins = BEGINS + number * LIFETIME
    desk.at(begins)
    settings: dict[str, Any] = {**SETTINGS, "shortfall": policy, "transfers": LIMITED}
    settings |= {"pools": COUPLES} if policy == "forgive" else {}
    put = await desk.api.put("/v1/points-svc/programme", json=settings)
    assert put.status_code == 200, put.text
    await publish(desk, document(form))
    naive = NaiveLedger(settings, document(form), begins)
    steps = Steps(form, f"life{number}", naive, begins)
    chance, taken = Random(seed), 0
    async with desk.stage.client("points:approve", source="finance") as finance:
        doors = Doors(desk, finance, steps)
        await doors.begin()
        for verb in [*chance.choices(VERBS, k=steps_max - 1), "sweep"]:
            a, b = chance.randint(0, NUMBERS_MAX), chance.randint(0, NUMBERS_MAX)
            step = steps.next(verb, a, b)
            if step is not None:
                taken += 1
                await compare(doors, naive, step)
    return taken


async def compare(doors: Doors, naive: NaiveLedger, step: Step) -> None:
    said = naive.do(step.verb, dict(step.said), step.now)
    assert await doors.do(step) == said, step
    assert await doors.sides() == of_naive(naive, doors.steps.members).sides, step
    if step.verb == "sweep":
        await compare_all(doors, naive)


async def compare_all(doors: Doors, naive: NaiveLedger) -> None:
    seen = of_naive(naive, doors.steps.members)
    assert await doors.totals() == seen.totals
    assert await doors.standing() == seen.standing
    for member in doors.steps.members:
        assert await doors.lots(member) == lots_of(naive, member)
    assert await doors.desk.books_balance()


@pytest.mark.parametrize(("form", "policy", "seed"), SHORT, ids=[form for form, _, _ in SHORT])
async def test_P14_a_life_at_the_doors_is_what_a_naive_ledger_says(
    desk: Desk, form: str, policy: str, seed: int
):
    assert await live(desk, form, policy, seed, STEPS) >= STEPS // 2


@pytest.mark.long
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("form", FORMS)
async def test_P14_a_long_life_at_the_doors_is_what_a_naive_ledger_says(desk: Desk, form: str):
    for policy in ("deficit", "forgive", "review"):
        seed = SystemRandom().randrange(2**32)
        try:
            assert await live(desk, form, policy, seed, LONG) >= LONG // 2
        except AssertionError as found:
            raise AssertionError(f"of seed {seed}, {policy}") from found
