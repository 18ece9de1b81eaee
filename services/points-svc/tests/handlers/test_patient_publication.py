"""Staff who publish wait for a long batch instead of being sent away (E4)."""

import asyncio
from datetime import timedelta

from chassis.testing.eventually import eventually
from points_svc.store import programme
from points_testing.desk import START, Desk
from points_testing.office import Office

HAS_WAITED = """
SELECT 1 FROM pg_stat_activity
WHERE wait_event = 'advisory' AND datname = current_database()
    AND clock_timestamp() - query_start > interval '800 milliseconds'
"""
"""Longer than a till would wait for a lock."""


async def test_E4_a_publication_waits_longer_than_a_till_for_the_batch_before_it(desk: Desk):
    desk.at(START + timedelta(days=1))
    office = Office(desk, START + timedelta(days=1))
    async with desk.stage.begin() as batch:
        await programme.share_rules(batch)
        publishing = asyncio.create_task(office.publish("2"))

        async def has_waited() -> bool:
            return publishing.done() or bool(await desk.stage.rows(HAS_WAITED))

        await eventually(has_waited)
        assert not publishing.done()
    version = await publishing
    listed = (await desk.api.get("/v1/accrual-rules")).json()["items"]
    assert [one["state"] for one in listed if one["version"] == version] == ["published"]
