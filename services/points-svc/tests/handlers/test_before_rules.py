"""What is heard before settings and a first version of the rules are published."""

from datetime import timedelta
from uuid import uuid4

import pytest

from chassis.testing.stage import Stage
from chassis.tx import Unavailable
from points_testing.desk import START, Desk, back, of, tiers
from points_testing.ledger import purchase


async def test_purchases_wait_for_their_rules_and_everything_else_is_kept(stage: Stage):
    stage.at(START)
    member = str(uuid4())
    a = of(member, purchase(member, START, "100.00", units=2))
    async with stage.client() as caller:
        desk = Desk(stage, caller)
        await desk.enroll(member)
        await desk.hear(back(a, member, START, ("1", 1)))
        await desk.hear(tiers(member, 1, (START - timedelta(days=1), "gold")))
        with pytest.raises(Unavailable):
            await desk.stage.deliver(a)
        assert (await caller.get(f"/v1/points/{member}")).json()["accounts"] == []
        refused = await desk.hold(member, 1)
        assert (refused.status_code, refused.json()["code"]) == (409, "point_type_not_burnable")
        await desk.publish()
        await desk.hear(a)
        assert await desk.available(member) == 100
        assert await desk.books_balance()
