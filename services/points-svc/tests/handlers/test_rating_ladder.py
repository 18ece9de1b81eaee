"""Of several ladders the one that the programme names rates (P6)."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import msgspec
import pytest

from points_testing.desk import PROGRAMMES, START, Desk, of, tiers
from points_testing.ledger import purchase
from points_testing.office import Office

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SETTINGS = json.loads((PROGRAMMES / "classic" / "points.json").read_text())


@pytest.fixture
async def office(desk: Desk) -> AsyncIterator[Office]:
    """A version under which the ladder `main` rates, on a day of its own."""
    office = Office(desk, START + 700 * DAY)
    desk.at(office.now)
    put = await desk.api.put("/v1/points-svc/programme", json={**SETTINGS, "ladder": "main"})
    assert put.status_code == 200, put.text
    await office.publish("1")
    yield office
    await desk.api.put("/v1/points-svc/programme", json=SETTINGS)


async def test_P6_the_ladder_that_the_programme_names_rates_whatever_others_told(
    desk: Desk, office: Office
):
    for order in permutations(range(3)):
        member = await desk.enroll()
        main = tiers(member, 1, (office.now, "silver"))
        club = msgspec.structs.replace(
            tiers(member, 2, (office.now, "gold")), ladder="a_club", event_id=f"c-{member}"
        )
        bought = of(member, purchase(str(uuid4()), office.now + HOUR, "100.00", units=1))
        messages = (main, club, bought)
        for n in order:
            await desk.hear(messages[n])
        assert (await desk.totals(member))[bought.fact_id, "points"] == 120
        asked = {
            "member": {"member_id": member},
            "source_ref": "s",
            "occurred_at": (office.now + HOUR).isoformat(),
            "store_id": "s1",
            "currency": "CNY",
            "lines": [
                {"line_id": "1", "sku": "a", "category": "c", "quantity": 1, "amount_minor": 10_000}
            ],
        }
        seen = await desk.api.post("/v1/points:preview", json=asked)
        assert seen.status_code == 200, seen.text
        assert 120 in [one["points"] for one in seen.json()["points"]]
    assert await desk.books_balance()


async def test_P6_who_was_told_of_other_ladders_alone_is_rated_in_the_base_tier(
    desk: Desk, office: Office
):
    member = await desk.enroll()
    gold = tiers(member, 1, (office.now, "gold"))
    bought = of(member, purchase(str(uuid4()), office.now + HOUR, "100.00", units=1))
    await desk.hear(msgspec.structs.replace(gold, ladder="a_club"))
    await desk.hear(bought)
    assert (await desk.totals(member))[bought.fact_id, "points"] == 110
