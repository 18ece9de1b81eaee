"""Heads of hash chains, kept outside the database: whoever can change a row there cannot change
what stands here.

A folder holds two files. `heads.db` (SQLite) has the last heads of every chain, by key: what an
auditor compares with. `anchors.log` is append-only: one JSON line an anchor, with the digest of its
heads and a link to the line before, small enough to be shipped to a place that nobody can write to.
"""

import asyncio
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

HEADS_MAX = 32
"""Heads kept of a chain; an older head than the newest names more closely what was changed."""

BUSY_S = 5.0
LINE_MAX = 4_096

TABLE = """
CREATE TABLE IF NOT EXISTS head (
    key TEXT NOT NULL, chain TEXT NOT NULL, position INTEGER NOT NULL, digest BLOB NOT NULL,
    anchor INTEGER NOT NULL, PRIMARY KEY (key, chain, position)
) WITHOUT ROWID
"""
KEEP = "INSERT OR IGNORE INTO head VALUES (?, ?, ?, ?, ?)"
THIN = """
DELETE FROM head WHERE key = ?1 AND chain = ?2 AND position <= (
    SELECT position FROM head WHERE key = ?1 AND chain = ?2
    ORDER BY position DESC LIMIT 1 OFFSET ?3)
"""
BETWEEN = """
SELECT key, chain, position, digest FROM head
WHERE (key, chain) > (?, ?) AND (key, chain) <= (?, ?) ORDER BY key, chain, position
"""


class Head(NamedTuple):
    """The digest of a chain's link at a position, and with it of every link before."""

    key: str
    chain: str
    position: int
    digest: bytes


class Anchor(NamedTuple):
    """What was kept at once: how many heads, and the digest of them all."""

    number: int
    heads: int
    root: bytes
    link: bytes


class Anchors:
    """The folder of one service. Without a folder nothing is kept outside."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def is_outside(self) -> bool:
        """Whether there is a place outside the database."""
        return self._folder is not None

    async def keep(self, at: datetime, heads: Sequence[Head]) -> Anchor:
        """Keep these heads as one anchor; a head that is kept already stays as it is. Both files
        are on the disk when it returns; one that was torn is begun again.
        """
        return await asyncio.to_thread(self._keep, at, sorted(heads))

    async def between(self, after: tuple[str, str], last: tuple[str, str]) -> list[Head]:
        """The heads kept of the chains behind one (key, chain) up to another, in order."""
        return await asyncio.to_thread(self._between, after, last)

    def _keep(self, at: datetime, heads: Sequence[Head]) -> Anchor:
        root = _root(heads)
        if self._folder is None:
            return Anchor(0, len(heads), root, root)
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._opened(self._folder) as files:
            number, link = _last(self._folder / "anchors.log")
            anchor = Anchor(number + 1, len(heads), root, _link(link, number + 1, at, root))
            files.executemany(KEEP, [(*head, anchor.number) for head in heads])
            files.executemany(THIN, [(head.key, head.chain, HEADS_MAX) for head in heads])
            _append(self._folder / "anchors.log", at, anchor)
        return anchor

    def _between(self, after: tuple[str, str], last: tuple[str, str]) -> list[Head]:
        if self._folder is None or not (self._folder / "heads.db").exists():
            return []
        with self._opened(self._folder) as files:
            return [Head(*row) for row in files.execute(BETWEEN, (*after, *last))]

    @staticmethod
    @contextmanager
    def _opened(folder: Path) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(folder / "heads.db", timeout=BUSY_S)) as files, files:
            files.execute("PRAGMA synchronous = FULL")
            files.execute(TABLE)
            yield files


def _root(heads: Sequence[Head]) -> bytes:
    digest = hashlib.sha256()
    for head in heads:
        digest.update(f"{head.key}\0{head.chain}\0{head.position}\0".encode() + head.digest)
    return digest.digest()


def _link(before: bytes, number: int, at: datetime, root: bytes) -> bytes:
    return hashlib.sha256(before + f"{number}\0{at.isoformat()}\0".encode() + root).digest()


def _append(log: Path, at: datetime, anchor: Anchor) -> None:
    line = {
        "anchor": anchor.number,
        "at": at.isoformat(),
        "heads": anchor.heads,
        "root": anchor.root.hex(),
        "link": anchor.link.hex(),
    }
    with log.open("ab") as file:
        file.write(json.dumps(line).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _last(log: Path) -> tuple[int, bytes]:
    """The number and link of the last whole line; what a crash tore off behind it is cut away."""
    if not log.exists():
        return 0, bytes(32)
    with log.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        tail = max(0, size - LINE_MAX)
        file.seek(tail)
        lines = file.read().splitlines(keepends=True)
        if lines and not lines[-1].endswith(b"\n"):
            file.truncate(size - len(lines.pop()))
    if not lines:
        return 0, bytes(32)
    last = json.loads(lines[-1])
    return int(last["anchor"]), bytes.fromhex(last["link"])
