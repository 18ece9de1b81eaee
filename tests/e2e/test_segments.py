"""Staff put a member into a segment, and what they bought since is rated by it (P5, P6)."""

import json
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.settling import PARKED, Rest, rows
from tests.e2e.suite import Ground, Suite
from tests.e2e.test_story import FILES
from tests.e2e.till import Till
from tests.oracle.test_story import ENROLLED, A, on

NOW = on(4, 25)
DOUBLED = {
    "rule": "insiders_double",
    "point_type": "points",
    "phase": "multiplier",
    "when": {"segment": ["insiders"]},
    "effect": {"kind": "multiply", "by": "2"},
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`classic`, and twice the points for who is in the segment `insiders`."""
    folder = tmp_path_factory.mktemp("programmes") / "classic"
    shutil.copytree(FILES, folder)
    written = json.loads((folder / "accrual-rules.json").read_text())
    written["rules"].append(DOUBLED)
    (folder / "accrual-rules.json").write_text(json.dumps(written))
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def suite(ground: Ground, files: Path) -> AsyncIterator[Suite]:
    suite = Suite(ground, NOW)
    await suite.start()
    await suite.publish(files)
    yield suite
    await suite.stop()


async def test_P5_who_is_put_into_a_segment_is_rated_by_it_from_then_on(suite: Suite) -> None:
    till, rest = Till(await suite.client("till"), "CNY"), Rest(suite)
    staff = await suite.client("staff")
    member_id = await till.enrol("SEG1", ENROLLED)
    await till.buy("SEG1", "seg-A", A)
    path = f"/v1/segments/insiders/members/{member_id}"

    async def available() -> int:
        await rest.settle()
        await suite.say_again()
        await rest.settle()
        points: int = (await till.points(member_id))["available"]
        return points

    def since(at: datetime) -> dict[str, str]:
        return {"from": at.isoformat()}

    plain = await available()
    assert (await staff.put(path, json={})).status_code == 200
    assert await available() == plain
    assert (await staff.put(path, json=since(A.occurred_at))).status_code == 200
    assert await available() == plain
    early = since(A.occurred_at - timedelta(hours=1))
    assert (await staff.put(path, json=early)).status_code == 200
    assert await available() == 2 * plain > 0
    assert (await staff.delete(path, params=early)).status_code == 200
    assert await available() == plain
    assert [await rows(each, PARKED) for each in suite.processes.values()] == [[], [], [], []]
