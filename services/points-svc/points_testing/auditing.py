"""The auditor at the desk: one round on a day of its own, and what it finds."""

import itertools
from datetime import timedelta
from typing import Any

from chassis.tx import Tx
from points_svc.domain.postings import Posting
from points_testing.desk import START, Desk, of
from points_testing.ledger import purchase

DAY = timedelta(days=1)
CHAIN = "SELECT {} FROM posting WHERE member_id = :m AND point_type = 'points' ORDER BY seq"


DAYS = itertools.count(800)


async def audited(desk: Desk, *, is_swept: bool = True) -> list[dict[str, Any]]:
    """What one round finds on a day of its own."""
    before = {one["finding_id"] for one in await findings(desk)}
    desk.at(START + next(DAYS) * DAY)
    if is_swept:
        await desk.stage.run_job("lapse_holds")
    await desk.stage.run_job("audit_ledger")
    return [one for one in await findings(desk) if one["finding_id"] not in before]


async def findings(desk: Desk) -> list[dict[str, Any]]:
    answer = await desk.api.get("/v1/points:audit", params={"limit": 200})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def bought(desk: Desk, *, anchored: bool = False) -> str:
    """A member with five purchases and a burn, seven seconds apart."""
    member = await desk.enroll()
    for n in range(5):
        desk.at(desk.stage.clock() + timedelta(seconds=7))
        await desk.hear(of(member, purchase(f"{member}{n}", desk.stage.clock(), "100.00")))
        if anchored:
            await desk.stage.run_job("anchor_heads")
    assert (await desk.burn(member, 150)).status_code == 201
    return member


async def chain(tx: Tx, member: str) -> list[Posting]:
    rows = await tx.execute("chain", CHAIN.format(", ".join(Posting._fields)), m=member)
    return [Posting._make(row) for row in rows]
