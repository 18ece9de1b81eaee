"""Killed in the middle of a full migration and started again, every member ends as if nobody had
been killed; withdrawn, every member stands as before, to the byte (T8).
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chassis.testing.databases import Server
from tests.faults.migrating import LATER, Site, Standings, unlike

FEW, MANY = 800, 100_000
KILLS = 3
SLEEPS = "sql.told_to=sleep:60@2"


async def test_T8_a_full_migration_that_is_killed_ends_as_uninterrupted(
    server: Server, tmp_path: Path
) -> None:
    site = await Site.open(server, tmp_path, FEW)
    before, whole = await uninterrupted(site, site.tell)
    assert len(before) == FEW
    assert FEW > len(unlike(before, whole)) > FEW // 10

    await site.publish(LATER, migration="full")
    await site.killed("sql.told_to=exit@2")
    first = await site.told_to()
    await site.killed_at_work(SLEEPS)
    second = await site.told_to()
    assert first is not None
    assert second is not None
    assert "" < first < second
    await site.tell()
    assert unlike(whole, await site.standings()) == []
    assert await site.told_twice() == []
    said = [event.event_id for event in await site.stage.said()]
    assert len(said) == len(set(said))
    await site.close()


@pytest.mark.long
@pytest.mark.timeout(3_600)
async def test_T8_a_hundred_thousand_are_migrated_and_brought_back_through_kills(
    server: Server, tmp_path: Path
) -> None:
    site = await Site.open(server, tmp_path, MANY)
    before, whole = await uninterrupted(site, site.finished)
    assert len(before) == MANY

    version = await site.publish(LATER, migration="full")
    await through_kills(site)
    assert unlike(whole, await site.standings()) == []
    await site.withdraw(version)
    await through_kills(site)
    assert unlike(before, await site.standings()) == []
    assert await site.told_twice() == []
    await site.close()


async def uninterrupted(
    site: Site, tell: Callable[[], Awaitable[None]]
) -> tuple[Standings, Standings]:
    """Where everybody stands before, and in the middle of a migration there and back."""
    before = await site.standings()
    version = await site.publish(LATER, migration="full")
    await tell()
    whole = await site.standings()
    await site.withdraw(version)
    await tell()
    assert unlike(before, await site.standings()) == []
    return before, whole


async def through_kills(site: Site) -> None:
    """Tell everybody, by one process after another that is killed in the middle."""
    await site.killed("sql.told_to=exit@30")
    await site.killed("sql.log_tellings=exit@40")
    for _ in range(KILLS):
        await site.killed_at_work()
    assert await site.told_to() is not None, "it was killed in the middle"
    await site.finished()
