"""Everything at once: whatever overtakes what, each fact ends in its place and is told once."""

import asyncio
import random
from collections import Counter

import pytest

from contracts.events.purchases import ActivityRecorded, PurchaseRecorded, PurchaseReturned
from contracts.refusal import Refusal
from member_svc.domain.facts import Answer
from member_svc.domain.returns import read_units

CARDS, PURCHASES, RETURNS, ACTIVITIES, AT_ONCE = 4, 24, 36, 24, 12
QUANTITY, NET = 3, 1_000


def history(desk, clerk, seed):
    """Cards that buy, bring back, do things and join, in any order, some things told twice."""
    chance = random.Random(seed)
    cards = [desk.card() for _ in range(CARDS)]
    bought = [desk.purchase(chance.choice(cards), quantities=(QUANTITY,)) for _ in range(PURCHASES)]
    back = [
        desk.back(chance.choice(bought), chance.choice([None, {"1": 1}, {"1": 2}]))
        for _ in range(RETURNS)
    ]
    back += [desk.back(chance.choice(bought), refunds={"1": 400}) for _ in range(RETURNS)]
    done = [clerk.activity(chance.choice(cards)) for _ in range(ACTIVITIES)]
    done += [clerk.activity(about=chance.choice(bought)) for _ in range(ACTIVITIES)]
    doors = [lambda c=card: desk.enroll(c) for card in cards for _ in range(2)]
    for _ in range(2):
        told, brought = chance.sample(bought, PURCHASES), chance.sample(back, len(back))
        did = chance.sample(done, len(done))
        doors += [lambda b=told[n : n + 3]: desk.tell(*b) for n in range(0, PURCHASES, 3)]
        doors += [lambda b=brought[n : n + 3]: desk.bring(*b) for n in range(0, len(back), 3)]
        doors += [lambda a=did[n : n + 3]: clerk.tell(*a) for n in range(0, len(done), 3)]
        doors += [lambda p=purchase: void(clerk, p) for purchase in told[:4]]
    chance.shuffle(doors)
    return cards, bought, [*back, *done], doors


async def void(clerk, purchase):
    """Undo a purchase, where it has come and something of it is left."""
    try:
        return [await clerk.void(purchase)]
    except Refusal as refusal:
        return [refusal]


@pytest.mark.parametrize("seed", range(4))
async def test_I4_every_fact_is_told_once_and_units_never_twice(desk, clerk, won, seed):
    cards, bought, others, doors = history(desk, clerk, seed)
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
    did = Counter(event.fact_id for event in said if isinstance(event, ActivityRecorded))
    assert set(did.values()) == {1}
    assert len(did) == 2 * ACTIVITIES
    answered = {
        one.fact_id
        for batch in outcomes
        if isinstance(batch, list)
        for one in batch
        if isinstance(one, Answer)
    }
    assert set(recorded) <= answered
    assert {await desk.stands(one) for one in bought} == {"accepted"}
    assert {await desk.stands(one) for one in others} <= {"accepted", "review", "absent"}
    for purchase in bought:
        taken = await desk.stage.rows(
            "SELECT taken FROM fact WHERE purchase_ref = :ref AND taken IS NOT NULL",
            ref=purchase.source_ref,
        )
        lines = [line for row in taken for line in read_units(row.taken)]
        assert sum(line.quantity for line in lines) <= QUANTITY
        assert sum(line.refund_minor for line in lines) <= NET
