"""Ladders in their versions."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from chassis.tx import Row, Tx
from tier_svc.domain.draft import LadderWritten

ALL_LADDERS = """
SELECT l.version, l.name, l.body::text AS body, l.drafted_at, p.published_at, p.effective_from,
    p.migration, p.share, p.place, p.told_to
FROM ladder l LEFT JOIN LATERAL (
    SELECT * FROM publication WHERE version = l.version AND withdrawn_at IS NULL
    ORDER BY place DESC LIMIT 1) p ON true
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


@dataclass(frozen=True, slots=True)
class LadderRow:
    """A version of a ladder, as written, and its last publication that stands; a draft has none.

    `effective_from` is empty for the first version of a ladder, `told_to` once everyone was told.
    """

    version: int
    written: LadderWritten
    drafted_at: datetime
    published_at: datetime | None
    effective_from: datetime | None
    migration: str | None
    share: int | None
    place: int | None
    told_to: str | None


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


def _row(row: Row) -> LadderRow:
    written = LadderWritten.model_validate_json(row.body)
    return LadderRow(
        row.version,
        written,
        row.drafted_at,
        row.published_at,
        row.effective_from,
        row.migration,
        row.share,
        row.place,
        row.told_to,
    )


def _body(written: LadderWritten) -> str:
    return written.model_dump_json(exclude_unset=True)


def _digest(written: LadderWritten) -> bytes:
    return hashlib.sha256(_body(written).encode()).digest()
