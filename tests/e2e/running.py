"""The runner as a process of its own, in a folder of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from deploy.local import postgres
from tests.deploy.loopback import free_port

ROOT = Path(__file__).parents[2]
READY_MAX_S = 240.0
READY = re.compile(r"^Laurel is ready at (http://127\.0\.0\.1:\d+)", re.MULTILINE)
LOOK_S = 0.05


class Run:
    """One data folder and the runner on it; it may be started again and again."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self._environment = {"PORT": str(free_port()), "DEMO": "none", **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self._seen: list[psutil.Process] = []
        self.output = folder.with_suffix(".out")

    def start(self, **environment: str) -> None:
        """Start the runner and return at once."""
        told = {**os.environ, **self._environment, **environment, "DATA_DIR": str(self.folder)}
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                (sys.executable, "-m", "deploy.local"),
                cwd=ROOT,
                env=told,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def bring_up(self, **environment: str) -> dict[str, Any]:
        """Start, wait for the line, and return what `run.json` says; a failure leaves nothing."""
        self.start(**environment)
        try:
            self.wait_for(READY, READY_MAX_S)
        except BaseException:
            self.clear()
            raise
        self._seen = [*self._now().children(recursive=True), *self._servers()]
        return self.told()

    def wait_for(self, line: re.Pattern[str], within_s: float) -> str:
        """The first match in what the runner prints."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            found = line.search(self.output.read_text())
            if found:
                return found.group(0)
            assert self._process
            assert self._process.poll() is None, self.output.read_text()
            time.sleep(LOOK_S)
        raise AssertionError(f"not within {within_s:.0f} s: {line.pattern}\n{self.said()}")

    def said(self) -> str:
        """All that the runner has printed since its last start."""
        return self.output.read_text()

    def told(self) -> dict[str, Any]:
        """What `run.json` says."""
        content: dict[str, Any] = json.loads((self.folder / "run.json").read_text())
        return content

    def refused(self, **environment: str) -> str:
        """What a runner says that cannot come up here; it has ended with code 1."""
        told = {**os.environ, **self._environment, **environment, "DATA_DIR": str(self.folder)}
        ended = subprocess.run(
            (sys.executable, "-m", "deploy.local"),
            cwd=ROOT,
            env=told,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 1, ended.stdout + ended.stderr
        return ended.stderr

    @property
    def is_up(self) -> bool:
        """Whether its runner lives."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """kill -9, as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> float:
        """SIGTERM; the seconds until the runner has ended."""
        began = time.monotonic()
        self._end(signal.SIGTERM)
        return time.monotonic() - began

    def left(self) -> list[str]:
        """The commands of processes that this run started and that live still, PostgreSQL apart."""
        return [
            " ".join(process.cmdline())
            for process in self._seen
            if _lives(process) and process.name() != "postgres"
        ]

    def databases_left(self) -> list[psutil.Process]:
        """The PostgreSQL of this folder, where it lives."""
        return [process for process in self._servers() if _lives(process)]

    def clear(self) -> None:
        """End whatever is left."""
        if self.is_up:
            self._end(signal.SIGTERM)
        cluster = self.folder / "postgres"
        if (cluster / "postmaster.pid").exists():
            postgres.Server(cluster, cluster).stop()

    def _end(self, number: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(number)
        self._process.wait(30)

    def _now(self) -> psutil.Process:
        assert self._process
        return psutil.Process(self._process.pid)

    def _servers(self) -> list[psutil.Process]:
        file = self.folder / "postgres" / "postmaster.pid"
        if not file.exists():
            return []
        pid = int(file.read_text().split("\n", 1)[0])
        return [psutil.Process(pid)] if psutil.pid_exists(pid) else []


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
