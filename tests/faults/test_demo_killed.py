"""`kill -9` of the runner in the middle of the demo: started again, the books end the same."""

from __future__ import annotations

import asyncio
import json
import re
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from chassis.testing.eventually import eventually
from deploy.demo.door import Door
from deploy.demo.year import Year
from tests.e2e.running import Run

HOUSEHOLDS = 20
NOW = "2026-11-20T12:00:00Z"
DEMO_MAX_S = 300.0
ENDED = re.compile(r"peak memory of the suite")

Books = dict[str, list[tuple[Any, ...]]]

ROWS = {
    ("points-svc", "accounts"): """
        SELECT member_id, point_type, available, pending, held, deficit FROM account""",
    ("points-svc", "worth of each fact"): """
        SELECT member_id, fact_id, point_type, sum(
            CASE WHEN debit = 'issuance' THEN points WHEN credit = 'issuance' THEN -points END)
        FROM posting WHERE 'issuance' IN (debit, credit)
        GROUP BY member_id, fact_id, point_type""",
    ("benefit-svc", "entitlements"): """
        SELECT member_id, benefit_id, cycle, state, is_justified, used FROM entitlement""",
    ("benefit-svc", "redemptions"): """
        SELECT member_id, reward_id, quantity, points, state FROM redemption""",
}


@pytest.fixture(scope="module")
def year() -> Year:
    return Year(HOUSEHOLDS)


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """Time stands still, so that no lot expires between one run and the other."""
    file = tmp_path / "now"
    file.write_text(NOW)
    return file


def demo(folder: Path, clock: Path) -> Run:
    told = {
        "DEMO": "small",
        "DEMO_HOUSEHOLDS": str(HOUSEHOLDS),
        "DEMO_END": "2026-11-19",
        "LAUREL_TEST_CLOCK_FILE": str(clock),
    }
    return Run(folder, **told)


@pytest.fixture
def whole(tmp_path: Path, clock: Path) -> Iterator[Run]:
    run = demo(tmp_path / "whole", clock)
    yield run
    run.clear()


@pytest.fixture
def broken(tmp_path: Path, clock: Path) -> Iterator[Run]:
    run = demo(tmp_path / "broken", clock)
    yield run
    run.clear()


def posted(run: Run) -> int:
    """Baskets acknowledged without a gap."""
    file = run.folder / "demo.json"
    counts: dict[str, int] = json.loads(file.read_text())["posted"] if file.exists() else {}
    return counts.get(str(HOUSEHOLDS), 0)


async def play(run: Run) -> None:
    """From where it stands to the end of the demo."""
    await asyncio.to_thread(run.bring_up)
    await asyncio.to_thread(run.wait_for, ENDED, DEMO_MAX_S)


async def books(run: Run, cards: list[str]) -> Books:
    """Where every member stands, named by card: member ids differ from run to run."""
    told = run.told()
    door = Door(told["base_url"], told["keys"]["staff"])
    card_of: dict[str, str] = {}
    found: Books = {"standings": []}
    for card in cards:
        member = await door.post("/v1/members/lookup", {"kind": "card", "value": card})
        card_of[member["member_id"]] = card
        standing = await door.get(f"/v1/standings/{member['member_id']}")
        found["standings"].append((card, standing["tier"], standing["since"], standing["until"]))
    await door.close()
    for (service, what), sql in ROWS.items():
        connection = await asyncpg.connect(told["dsn"][service])
        rows = await connection.fetch(sql)
        await connection.close()
        found[what] = sorted((card_of[row[0]], *tuple(row)[1:]) for row in rows)
    return found


def printed(run: Run) -> list[str]:
    """The commands to go on with, as they stand in the terminal."""
    return [line for line in run.said().splitlines() if line.startswith("curl ")]


async def pasted(line: str) -> str:
    """The status that a printed command is answered with by bash."""
    command = f"{line} -o /dev/null -w '%{{http_code}}'"
    bash = await asyncio.create_subprocess_exec("bash", "-c", command, stdout=PIPE)
    said, _ = await bash.communicate()
    return said.decode()


@pytest.mark.timeout(900)
async def test_a_demo_killed_in_the_middle_ends_with_the_books_of_one_that_was_not(
    whole: Run, broken: Run, year: Year
) -> None:
    await play(whole)
    expected = await books(whole, year.cards)
    answered = [await pasted(line) for line in printed(whole)]
    assert [status[0] for status in answered] == ["2", "2", "2"]
    whole.stop()

    await asyncio.to_thread(broken.bring_up)

    async def has_begun() -> bool:
        return posted(broken) > 0

    await eventually(has_begun, within_s=60, what="the first batch is acknowledged")
    broken.kill()
    assert 0 < posted(broken) < year.baskets
    await play(broken)
    assert posted(broken) == year.baskets
    assert await books(broken, year.cards) == expected
    assert len(expected["worth of each fact"]) >= year.baskets
    assert expected["redemptions"]
