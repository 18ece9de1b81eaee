"""Everything at once: whatever overtakes what, each fact ends in its place and is told once."""

import asyncio
import random
from collections import Counter

import pytest

from contracts.events.purchases import PurchaseRecorded, PurchaseReturned
from member_svc.domain.facts import Answer
from member_svc.domain.returns import read_units

CARDS, PURCHASES, RETURNS, AT_ONCE = 4, 24, 36, 12
QUANTITY = 3


def history(desk, seed):
    """Cards that buy, bring back and join, in any order, some things told twice."""
    chance = random.Random(seed)
    cards = [desk.card() for _ in range(CARDS)]
    bought = [desk.purchase(chance.choice(cards), quantities=(QUANTITY,)) for _ in range(PURCHASES)]
    back = [
        desk.back(chance.choice(bought), chance.choice([None, {"1": 1}, {"1": 2}]))
        for _ in range(RETURNS)
    ]
    doors = [lambda c=card: desk.enroll(c) for card in cards for _ in range(2)]
    for _ in range(2):
        told, brought = chance.sample(bought, PURCHASES), chance.sample(back, RETURNS)
        doors += [lambda b=told[n : n + 3]: desk.tell(*b) for n in range(0, PURCHASES, 3)]
        doors += [lambda b=brought[n : n + 3]: desk.bring(*b) for n in range(0, RETURNS, 3)]
    chance.shuffle(doors)
    return cards, bought, back, doors


@pytest.mark.parametrize("seed", range(4))
async def test_I4_every_fact_is_told_once_and_units_never_twice(desk, won, seed):
    cards, bought, back, doors = history(desk, seed)
    places = asyncio.Semaphore(AT_ONCE)

    async def enter(door):
        async with places:
            return await won(door)

    outcomes = await asyncio.gather(*(enter(door) for door in doors))
    members = [(await desk.enroll(card))[0].member.member_id for card in cards]
    said = [event for member_id in members for event in await desk.told(member_id)]
    recorded = Counter(event.fact_id for event in said if isinstance(event, PurchaseRecorded))
    returned = Counter(event.fact_id for event in said if isinstance(event, PurchaseReturned))
    assert set(recorded.values()) == {1}
    assert len(recorded) == PURCHASES
    assert set(returned.values()) <= {1}
    answered = {
        one.fact_id
        for batch in outcomes
        if isinstance(batch, list)
        for one in batch
        if isinstance(one, Answer)
    }
    assert set(recorded) <= answered
    assert {await desk.stands(one) for one in bought} == {"accepted"}
    assert {await desk.stands(one) for one in back} <= {"accepted", "review", "absent"}
    for purchase in bought:
        taken = await desk.stage.rows(
            "SELECT taken FROM fact WHERE kind = 'return' AND purchase_ref = :ref"
            " AND taken IS NOT NULL",
            ref=purchase.source_ref,
        )
        units = [line.quantity for row in taken for line in read_units(row.taken)]
        assert sum(units) <= QUANTITY
