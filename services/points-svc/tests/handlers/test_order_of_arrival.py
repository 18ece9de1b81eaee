"""I10 with rules that have conditions: whatever the order in which purchases, returns, activities,
tiers and segments are heard, what each fact stands at is what a batch over them says (E3).
"""

from datetime import timedelta
from itertools import count
from random import Random

import pytest

from contracts.events.base import Event
from points_testing.desk import Desk
from points_testing.doors import Doors, lots_of, publish
from points_testing.naive_pools import NaiveLedger
from points_testing.whole_events import event_of
from points_testing.whole_facts import BEGINS
from points_testing.whole_programmes import SETTINGS, document
from points_testing.whole_steps import NUMBERS_MAX, Steps
from points_testing.whole_views import of_naive

LIFETIME = timedelta(days=1_000)
FACTS = ("buy", "buy", "arrive", "bring_back", "bring_back", "act", "tell", "change_segment")
FACTS_MAX = 26
BATCH_MAX = 7
FORMS = ["end after 20 days, and come back for 5", "wait for a delivery", "are lost by being away"]
numbers = count(1)


def facts_of(steps: Steps, chance: Random) -> list[Event]:
    """Some facts of three members; the naive ledger hears them as they happened."""
    found: list[Event] = []
    for n in range(FACTS_MAX):
        a, b = chance.randint(0, NUMBERS_MAX // 60) * 60, chance.randint(0, NUMBERS_MAX)
        step = steps.next(chance.choice(FACTS), a, b)
        if step is not None:
            steps.naive.do(step.verb, dict(step.said), step.now)
            found.append(event_of(step, n, steps.enrolled_at))
    return found


@pytest.mark.parametrize(
    "seed", [*range(6), *(pytest.param(n, marks=pytest.mark.long) for n in range(6, 60))]
)
async def test_I10_with_rules_every_order_of_arrival_ends_in_what_a_batch_says(
    desk: Desk, seed: int
):
    number, chance, form = next(numbers), Random(seed), FORMS[seed % len(FORMS)]
    begins = BEGINS + number * LIFETIME
    desk.at(begins)
    put = await desk.api.put("/v1/points-svc/programme", json=SETTINGS)
    assert put.status_code == 200, put.text
    await publish(desk, document(form))
    naive = NaiveLedger(SETTINGS, document(form), begins)
    steps = Steps(form, f"order{number}", naive, begins)
    facts = facts_of(steps, chance)
    doors = Doors(desk, desk.api, steps)
    await doors.begin()
    desk.at(steps.now)
    arriving = chance.sample([*facts, *facts], 2 * len(facts))
    while arriving:
        size = chance.randint(1, BATCH_MAX)
        await desk.stage.deliver(*arriving[:size])
        arriving = arriving[size:]
    for job in ("lapse_holds", "expire_lots"):
        await desk.stage.run_job(job)
    assert await doors.totals() == of_naive(naive, steps.members).totals
    assert await doors.sides() == of_naive(naive, steps.members).sides
    for member in steps.members:
        assert await doors.lots(member) == lots_of(naive, member)
    assert await desk.books_balance()
