"""The data folder: one runner at a time, one programme for ever."""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class Refused(Exception):
    """The folder cannot be used this way; the message is one clear line for whoever asked."""


@dataclass(frozen=True)
class Installation:
    """A data folder that this process holds."""

    folder: Path
    installation_id: str

    @property
    def run_file(self) -> Path:
        """What tests and people read to find the suite: addresses, keys, processes."""
        return self.folder / "run.json"

    @property
    def anchors(self) -> Path:
        """Heads of the ledgers' chains, outside their databases."""
        return self.folder / "anchors"

    @property
    def logs(self) -> Path:
        """One file of JSON lines per process."""
        return self.folder / "logs"


@contextmanager
def hold(folder: Path, programme: str, bus: str) -> Iterator[Installation]:
    """Hold the folder for as long as the block runs; the system gives it back if we are killed."""
    folder = folder.expanduser().resolve()
    _make(folder)
    with (folder / "runner.lock").open("a+") as lock:
        _lock(lock.fileno(), folder)
        _note_holder(lock.fileno())
        installation = Installation(folder, _settle(folder, programme, bus))
        installation.logs.mkdir(exist_ok=True)
        yield installation


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Replace a JSON file at once, for its owner's eyes alone; a killed writer leaves the old."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _make(folder: Path) -> None:
    """Where nothing was before, version control is told to leave it alone, wherever it lies."""
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        (folder / ".gitignore").write_text("*\n")


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 20, 0).decode().strip() or "unknown"
        raise Refused(f"{folder} is in use by another runner (pid {holder}).") from None


def _note_holder(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


def _settle(folder: Path, programme: str, bus: str) -> str:
    """The folder's installation id; refuses what the folder was not made for."""
    file = folder / "installation.json"
    if not file.exists():
        made = {"installation_id": str(uuid.uuid4()), "programme": programme, "bus": bus}
        write_private(file, made)
    kept: dict[str, str] = json.loads(file.read_text())
    if kept["programme"] != programme:
        raise Refused(
            f"{folder} holds the programme '{kept['programme']}', not '{programme}': "
            f"set PROGRAMME={kept['programme']} or another DATA_DIR."
        )
    if kept["bus"] != bus:
        raise Refused(
            f"{folder} was begun with BUS={kept['bus']}; what is still under way travels there. "
            f"Set BUS={kept['bus']} or another DATA_DIR."
        )
    return kept["installation_id"]
