"""A standing that was told of meanwhile is never overwritten: the whole transaction runs again."""

from dataclasses import replace

import pytest

from chassis.tx import Conflict
from tier_svc.domain.evaluation import Evaluation, moment
from tier_svc.store import standings


async def test_a_write_that_lost_its_race_is_refused(hall):
    shop = hall.shop()
    await hall.hear(shop.enrolled())
    rows = await hall.rows(shop)
    async with hall.stage.begin() as tx:
        (read,) = (await standings.read_standings(tx, [shop.member])).values()
    late = Evaluation(
        shop.member,
        "classic",
        seq_before=read.seq - 1,
        seq=read.seq,
        told=[replace(read.told[0], ordinal=2)],
        says=(),
    )
    with pytest.raises(Conflict):
        async with hall.stage.begin() as tx:
            await standings.write_standings(tx, [(late, moment(late.told, tx.now))])
    assert await hall.rows(shop) == rows
