"""Members with random histories, lived through the doors."""

import random
from datetime import timedelta

from points_testing.desk import START, Desk, back, of, tiers
from points_testing.ledger import purchase

DAY = timedelta(days=1)
MONTHS = 25


async def lived(desk: Desk, chance: random.Random) -> str:
    """A member with a random history: facts, late facts, returns, tiers, holds, burns, sweeps."""
    member = await desk.enroll()
    bought = []
    for n in range(MONTHS):
        now = START + n * 30 * DAY
        desk.at(now)
        late = timedelta(days=chance.randrange(60))
        one = of(member, purchase(f"{member}{n}", now - late, f"{chance.randrange(1, 200)}.00"))
        bought.append(one)
        await desk.hear(one)
        if chance.random() < 0.4:
            units = ("1", 1)
            gone = bought.pop(chance.randrange(len(bought)))
            when = max(gone.occurred_at, now - timedelta(days=chance.randrange(20)))
            await desk.hear(back(gone, f"{member}r{n}", when, units))
        if chance.random() < 0.3:
            tier = chance.choice(["regular", "silver", "gold"])
            await desk.hear(tiers(member, n + 1, (now - 40 * DAY, tier)))
        if chance.random() < 0.5:
            await desk.burn(member, chance.randrange(1, 150))
        if chance.random() < 0.5:
            await desk.hold(member, chance.randrange(1, 90), lapse_after_s=600_000)
        if chance.random() < 0.3:
            await desk.stage.run_job("lapse_holds")
            await desk.stage.run_job("expire_lots")
    return member
