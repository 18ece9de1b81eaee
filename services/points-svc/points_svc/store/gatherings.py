"""Points gathered from pools, by the names that their callers chose; a name is its channel's own
(I19).
"""

from datetime import datetime
from typing import Any

import msgspec

from chassis.tx import Tx
from points_svc.domain.basis import packed
from points_svc.domain.pools import Gathering, PartGathered
from points_svc.domain.transfers import SentToday

COLUMNS = ", ".join(Gathering.__dataclass_fields__)
VALUES = ", ".join(f":{name}" for name in Gathering.__dataclass_fields__)
FIND_GATHERING = f"""
SELECT {COLUMNS} FROM gathering
WHERE member_id = :member_id AND gathering_id = :gathering_id AND source = :source
"""
FIRST_GATHERING = f"""
SELECT {COLUMNS} FROM gathering WHERE member_id = :member_id AND gathering_id = :gathering_id
ORDER BY gathered_at, source LIMIT 1
"""
GATHERED_SINCE = """
SELECT count(*) AS times, CAST(coalesce(sum(moved), 0) AS bigint) AS points FROM gathering
WHERE member_id = :member_id AND point_type = :point_type AND gathered_at >= :since
"""
KEEP_GATHERING = f"""
INSERT INTO gathering ({COLUMNS}) VALUES ({VALUES})
ON CONFLICT (member_id, gathering_id, source) DO NOTHING
RETURNING gathering_id
"""
CANCEL_GATHERING = """
UPDATE gathering SET cancelled_at = :now
WHERE member_id = :member_id AND gathering_id = :gathering_id AND source = :source
"""

_parts = msgspec.msgpack.Decoder(tuple[PartGathered, ...])


async def find_gathering(
    tx: Tx, member_id: str, gathering_id: str, source: str | None
) -> Gathering | None:
    """A channel's gathering for a member; of whatever channel (None) the first of that name."""
    if source is None:
        rows = await tx.execute(
            "first_gathering", FIRST_GATHERING, member_id=member_id, gathering_id=gathering_id
        )
    else:
        rows = await tx.execute(
            "find_gathering",
            FIND_GATHERING,
            member_id=member_id,
            gathering_id=gathering_id,
            source=source,
        )
    return _gathering(rows[0]) if rows else None


async def gathered_since(tx: Tx, member_id: str, point_type: str, since: datetime) -> SentToday:
    """What others bore for a member since an instant, and how often, through any channel."""
    (row,) = await tx.execute(
        "gathered_since", GATHERED_SINCE, member_id=member_id, point_type=point_type, since=since
    )
    return SentToday(row.times, row.points)


async def keep_gathering(tx: Tx, gathering: Gathering) -> bool:
    """Keep a new gathering; False where its name was taken meanwhile."""
    values = {**vars(gathering), "parts": packed(list(gathering.parts))}
    return bool(await tx.execute("keep_gathering", KEEP_GATHERING, **values))


async def cancel_gathering(tx: Tx, gathering: Gathering) -> None:
    """Keep when everybody got their part back."""
    await tx.execute(
        "cancel_gathering",
        CANCEL_GATHERING,
        member_id=gathering.member_id,
        gathering_id=gathering.gathering_id,
        source=gathering.source,
        now=gathering.cancelled_at,
    )


def _gathering(row: Any) -> Gathering:
    return Gathering(**{**row._asdict(), "parts": _parts.decode(row.parts)})
