"""Ladders in their versions, and the one in force."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Row

from chassis.tx import Tx
from tier_svc.domain.draft import LadderWritten
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.reading import read_ladder

LADDER_IN_FORCE = """
SELECT l.version, l.body::text AS body, f.zone FROM ladder_in_force f JOIN ladder l USING (version)
"""

WAIT_FOR_PUBLICATION = "SELECT pg_advisory_xact_lock_shared(hashtext('ladder'))"

BEGIN_PUBLICATION = "SELECT pg_advisory_xact_lock(hashtext('ladder'))"

ALL_LADDERS = """
SELECT l.version, l.name, l.body::text AS body, l.drafted_at, f.published_at
FROM ladder l LEFT JOIN ladder_in_force f USING (version)
WHERE (CAST(:only AS integer) IS NULL OR l.version = :only)
  AND (CAST(:before AS integer) IS NULL OR l.version < :before)
ORDER BY l.version DESC LIMIT :limit
"""

VERSION_OF_DIGEST = "SELECT version FROM ladder WHERE digest = :digest"

ADD_LADDER = """
INSERT INTO ladder (version, name, digest, body, drafted_at, drafted_by)
SELECT coalesce(max(version), 0) + 1, :name, :digest, CAST(:body AS jsonb), :now, :actor FROM ladder
RETURNING version
"""

PUT_IN_FORCE = """
INSERT INTO ladder_in_force (version, zone, published_at, published_by)
VALUES (:version, :zone, :now, :actor)
"""


@dataclass(frozen=True, slots=True)
class LadderRow:
    """A version of a ladder, as written. `published_at` is empty while it is a draft."""

    version: int
    written: LadderWritten
    drafted_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class InForce:
    """The ladder in force, and the zone of its calendar: the programme's when it was published."""

    ladder: Ladder
    zone: ZoneInfo


async def in_force(tx: Tx) -> InForce | None:
    """The ladder in force and its zone. Where there is none yet, none is published until this
    transaction ends, so that what it stores is seen by the first publication.
    """
    rows = await tx.execute("ladder_in_force", LADDER_IN_FORCE)
    if not rows:
        await tx.execute("wait_for_publication", WAIT_FOR_PUBLICATION)
        rows = await tx.execute("ladder_in_force", LADDER_IN_FORCE)
    return _in_force(rows[0].version, rows[0].body, rows[0].zone) if rows else None


async def begin_publication(tx: Tx) -> None:
    """Draft and publish one at a time, and after everyone who found no ladder in force."""
    await tx.execute("begin_publication", BEGIN_PUBLICATION)


async def find_ladder(tx: Tx, version: int) -> LadderRow | None:
    """One version."""
    rows = await tx.execute("find_ladder", ALL_LADDERS, only=version, before=None, limit=1)
    return _row(rows[0]) if rows else None


async def newest_ladders(tx: Tx, before: int | None, limit: int) -> list[LadderRow]:
    """Versions below `before`, newest first."""
    rows = await tx.execute("newest_ladders", ALL_LADDERS, only=None, before=before, limit=limit)
    return [_row(row) for row in rows]


async def find_same_ladder(tx: Tx, written: LadderWritten) -> int | None:
    """The version that says exactly the same."""
    rows = await tx.execute("find_same_ladder", VERSION_OF_DIGEST, digest=_digest(written))
    return rows[0].version if rows else None


async def add_ladder(tx: Tx, written: LadderWritten) -> int:
    """Append a draft; answers its version. None is ever edited."""
    (row,) = await tx.execute(
        "add_ladder",
        ADD_LADDER,
        name=written.name,
        digest=_digest(written),
        body=_body(written),
        now=tx.now,
        actor=tx.cause.actor,
    )
    version: int = row.version
    return version


async def put_in_force(tx: Tx, version: int, zone: str) -> None:
    """From now on this is the ladder, and it is from the beginning of time."""
    await tx.execute(
        "put_in_force",
        PUT_IN_FORCE,
        version=version,
        zone=zone,
        now=tx.now,
        actor=tx.cause.actor,
    )


@lru_cache(maxsize=4)
def _in_force(version: int, body: str, zone: str) -> InForce:
    ladder = read_ladder(LadderWritten.model_validate_json(body), version)
    return InForce(ladder, ZoneInfo(zone))


def _row(row: Row[Any]) -> LadderRow:
    written = LadderWritten.model_validate_json(row.body)
    return LadderRow(row.version, written, row.drafted_at, row.published_at)


def _body(written: LadderWritten) -> str:
    return written.model_dump_json(exclude_unset=True)


def _digest(written: LadderWritten) -> bytes:
    return hashlib.sha256(_body(written).encode()).digest()
