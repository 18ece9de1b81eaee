"""`make run`: one line when it is ready, one folder that it holds, nothing left when it goes."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import psutil
import pytest

from chassis.testing.eventually import eventually
from deploy.local import postgres
from tests.e2e.running import Run
from tests.e2e.shopper import buy, client, sees

SERVICES = {"member-svc", "points-svc", "tier-svc", "benefit-svc"}


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A folder whose runner these tests end and start again."""
    running = Run(tmp_path_factory.mktemp("ours") / "var")
    yield running
    running.clear()


def test_the_run_file_is_for_its_owner_alone_and_says_where_everything_is(run: Run) -> None:
    told = run.told()
    assert stat.S_IMODE((run.folder / "run.json").stat().st_mode) == 0o600
    assert set(told["keys"]) == {"till", "web", "staff", "finance", "ops"}
    assert set(told["dsn"]) == SERVICES
    assert f"Laurel is ready at {told['base_url']}" in run.said()
    assert "Laurel is ready" not in (run.folder / "logs" / "member-svc.log").read_text()


async def test_each_service_answers_behind_the_one_address(run: Run) -> None:
    async with client(run.told()) as till:
        for service in SERVICES:
            for page in ("healthz", "readyz", "metrics", "openapi.json", "docs", "docs/start.js"):
                assert (await till.get(f"/{service}/{page}")).status_code == 200
        unknown = await till.get("/v1/nothing")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


async def test_the_main_job_works_through_the_one_address(run: Run) -> None:
    async with client(run.told()) as till:
        member_id = await buy(till, "6100001")
        await sees(till, member_id, 1_100)
        redeemed = await till.post(
            "/v1/redemptions",
            json={"member_id": member_id, "reward_id": "tote"},
            headers={"Idempotency-Key": "runner-tote-1"},
        )
        assert (redeemed.status_code, redeemed.json()["state"]) == (201, "fulfilled")
        await sees(till, member_id, 600)
        back = {
            "source_ref": "back-6100001",
            "purchase_ref": "receipt-6100001",
            "occurred_at": datetime.now(UTC).isoformat(),
        }
        assert (await till.post("/v1/returns", json=back)).status_code == 201
        await sees(till, member_id, 0)

        async def is_regular() -> bool:
            standing = await till.get(f"/v1/standings/{member_id}")
            return standing.is_success and standing.json()["tier"] == "regular"

        await eventually(is_regular, what="tier-svc has heard of it all")


async def test_a_killed_service_is_started_again_and_its_absence_is_told(run: Run) -> None:
    told = run.told()
    (pid,) = (each["pid"] for each in told["processes"] if each["name"] == "tier-svc")
    async with client(told) as till:
        psutil.Process(pid).kill()

        async def is_back() -> bool:
            answer = await till.get("/tier-svc/readyz")
            assert answer.status_code in (200, 503)
            return answer.status_code == 200 and pid not in [
                each["pid"] for each in run.told()["processes"]
            ]

        await eventually(is_back, within_s=120, what="tier-svc is back")
        assert (await till.get("/points-svc/readyz")).status_code == 200


def test_a_second_runner_on_the_same_folder_is_refused(run: Run) -> None:
    said = run.refused()
    assert "in use by another runner" in said
    assert len(said.splitlines()) == 1


async def test_kill_nine_loses_nothing_and_the_next_run_goes_on(ours: Run) -> None:
    told = ours.bring_up()
    async with client(told) as till:
        member_id = await buy(till, "6100002")
    ours.kill()

    async def children_have_ended() -> bool:
        return ours.left() == []

    await eventually(children_have_ended, within_s=5, what="children end with the runner")
    (server,) = ours.databases_left()
    again = ours.bring_up()
    assert ours.databases_left() == [server]
    assert again["keys"] == told["keys"]
    async with client(again) as till:
        await sees(till, member_id, 1_100)


def test_sigterm_stops_everything_within_ten_seconds(ours: Run) -> None:
    if not ours.is_up:
        ours.bring_up()
    assert ours.databases_left()
    assert ours.stop() < 10
    assert ours.left() == []
    assert ours.databases_left() == []
    said = ours.refused(PROGRAMME="grocer")
    assert "holds the programme 'classic', not 'grocer'" in said
    assert len(said.splitlines()) == 1


async def test_a_given_postgresql_is_used_left_running_and_never_shared(tmp_path: Path) -> None:
    server = postgres.start(tmp_path / "given")
    first = Run(tmp_path / "first", DATABASE_URL=server.dsn())
    theirs = Run(tmp_path / "theirs", DATABASE_URL=server.dsn())
    try:
        told = first.bring_up()
        async with client(told) as till:
            member_id = await buy(till, "6100003")
            await sees(till, member_id, 1_100)
        assert first.stop() < 10
        assert not (first.folder / "postgres").exists()
        assert "belongs to another installation" in theirs.refused()
        connection = await asyncpg.connect(told["dsn"]["points-svc"])
        asked = "SELECT available FROM account WHERE point_type = 'points'"
        assert await connection.fetchval(asked) == 1_100
        await connection.close()
    finally:
        first.clear()
        server.stop()
