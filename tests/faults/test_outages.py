"""What a till is told while a database is busy or dies in the middle of a commit: it asks again by
its key, and gets exactly one answer (I13).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from signal import Signals

import asyncpg
import pytest
import pytest_asyncio

from chassis.settings import Settings
from chassis.testing.eventually import eventually
from chassis.tx import Cause
from tests.e2e.settling import rows
from tests.e2e.suite import Ground, Suite
from tests.e2e.test_story import FILES
from tests.e2e.till import Till
from tests.faults.cluster import IMMEDIATE, KILLED, Cluster
from tests.happenings import Must, happened
from tests.oracle.test_story import ENROLLED, A, on

POOL = int(Settings.model_fields["pool_size"].default)
FACTS = "SELECT count(*) AS n FROM fact WHERE source_ref = :ref"
WAIT_FOR_NOBODY = "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
AFTER_A_RESTART = "ALTER SYSTEM RESET synchronous_standby_names"
RELOAD = "SELECT pg_reload_conf()"
WRITE = "COMMENT ON SCHEMA public IS 'commits wait'"
WRITE_MAX_S = 0.5
HANGING = """
SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname <> 'postgres'
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("outages"))
    await cluster.start()
    yield cluster
    await cluster.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def suite(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Suite]:
    """Doors alone, on a database that dies."""
    ground = Ground(cluster.server, tmp_path_factory.mktemp("doors"), "local")
    suite = Suite(ground, on(4, 1), roles="api")
    await suite.start()
    await suite.publish(FILES)
    await Till(await suite.client("till"), "CNY").enrol("CARD1", ENROLLED)
    yield suite
    await suite.stop()


async def test_whoever_found_no_connection_asks_again_and_is_answered(suite: Suite) -> None:
    member_svc = suite.processes["member-svc"]
    async with AsyncExitStack() as busy:
        for _ in range(POOL):
            await busy.enter_async_context(member_svc.database.begin(Cause("busy", "test")))
        till = Till(await suite.client("till"), "CNY", while_waiting=busy.aclose)
        await till.buy("CARD1", "no-connection", A)
    assert till.asked_again == 1
    assert (await rows(member_svc, FACTS, ref="no-connection"))[0].n == 1
    happened(Must.POOL_EXHAUSTED)


@pytest.mark.parametrize("how", [IMMEDIATE, KILLED], ids=["stopped at once", "killed"])
async def test_a_commit_that_nobody_heard_of_is_found_by_asking_again(
    suite: Suite, cluster: Cluster, how: Signals
) -> None:
    ref, is_back = f"unheard-{how.name}", asyncio.Event()
    member_svc = suite.processes["member-svc"]
    till = Till(await suite.client("till"), "CNY", while_waiting=is_back.wait)
    connection = await asyncpg.connect(cluster.server.admin_dsn)
    await let_commits_wait(connection)
    buying = asyncio.create_task(till.buy("CARD1", ref, A))
    await eventually(lambda: connection.fetchval(HANGING), what="a commit waits")
    connection.terminate()

    cluster.crash(how)
    await cluster.start()
    is_committed = (await rows(member_svc, FACTS, ref=ref))[0].n
    is_back.set()
    answer = await buying
    assert is_committed == 1
    assert till.asked_again > 0
    assert answer["status"] == "accepted"
    assert (await rows(member_svc, FACTS, ref=ref))[0].n == 1
    happened(Must.MID_COMMIT)
    happened(Must.REPLAYED)


async def let_commits_wait(connection: asyncpg.Connection) -> None:
    """Until the next start, every commit is written and waits for a standby that never comes."""
    await connection.execute(WAIT_FOR_NOBODY)
    await connection.execute(RELOAD)

    async def they_wait() -> bool:
        try:
            await connection.execute(WRITE, timeout=WRITE_MAX_S)
        except TimeoutError:
            return True
        return False

    await eventually(they_wait, what="commits wait")
    await connection.execute(AFTER_A_RESTART)
