"""The embedded database comes back from whatever its owner's death left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local import databases, postgres


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "pg"
    yield folder
    postgres.Server(folder, folder).stop()


def postmaster_pid(data_dir: Path) -> int:
    return int((data_dir / "postmaster.pid").read_text().split("\n", 1)[0])


async def ask(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_a_committed_row_survives_kill_nine_of_the_server(data_dir: Path) -> None:
    server = postgres.start(data_dir)
    await ask(server.dsn(), "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(postmaster_pid(data_dir), signal.SIGKILL)
    server = postgres.start(data_dir)
    assert await ask(server.dsn(), "SELECT answer FROM kept") == 42


def test_a_running_server_is_adopted(data_dir: Path) -> None:
    first = postgres.start(data_dir)
    pid = postmaster_pid(data_dir)
    second = postgres.start(data_dir)
    assert postmaster_pid(data_dir) == pid
    assert second == first


async def test_a_pid_file_that_names_a_stranger_is_no_server(data_dir: Path) -> None:
    postgres.start(data_dir).stop()
    stale = f"{os.getpid()}\n{data_dir}\n1\n5432\n{data_dir}\n\n 1 2\nready\n"
    (data_dir / "postmaster.pid").write_text(stale)
    server = postgres.start(data_dir)
    assert postmaster_pid(data_dir) != os.getpid()
    assert await ask(server.dsn(), "SELECT 1") == 1


async def test_durability_is_never_traded(data_dir: Path) -> None:
    server = postgres.start(data_dir)
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        assert await ask(server.dsn(), f"SHOW {name}") == "on"
    assert await ask(server.dsn(), "SHOW listen_addresses") == ""


async def test_databases_sort_bytewise_and_belong_to_one_installation(data_dir: Path) -> None:
    server = postgres.start(data_dir)
    dsns = await databases.prepare(server.dsn(), ["laurel_points"], "ours")
    again = await databases.prepare(server.dsn(), ["laurel_points"], "ours")
    assert again == dsns
    assert await ask(dsns["laurel_points"], "SELECT 'a' < 'B'") is False
    with pytest.raises(databases.ForeignDatabase):
        await databases.prepare(server.dsn(), ["laurel_points"], "theirs")


async def test_a_path_too_long_for_a_socket_has_its_socket_elsewhere(tmp_path: Path) -> None:
    server = postgres.start(tmp_path / ("long" * 25) / "pg")
    try:
        assert server.socket_dir != server.data_dir
        assert await ask(server.dsn(), "SELECT 1") == 1
    finally:
        server.stop()
