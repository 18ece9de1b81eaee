"""What tier-svc told of each member, and when their entitlements have to be looked at again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from benefit_svc.domain.periods import Window
from benefit_svc.domain.timeline import Piece, Told
from chassis.tx import Tx
from contracts.ids import MemberId

OPEN_STANDINGS = """
INSERT INTO standing (member_id, rules_version)
SELECT m, 0 FROM unnest(CAST(:members AS text[])) AS m ORDER BY m COLLATE "C"
ON CONFLICT (member_id) DO NOTHING
"""

LOCK_STANDINGS = """
SELECT member_id, rules_version, due_at FROM standing
WHERE member_id = ANY(CAST(:members AS text[])) ORDER BY member_id FOR UPDATE
"""

DUE_STANDINGS = """
SELECT member_id FROM standing WHERE due_at <= :at
ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
"""

OUTDATED_STANDINGS = """
SELECT member_id FROM standing WHERE rules_version < :rules_version
ORDER BY rules_version, member_id LIMIT :limit FOR UPDATE SKIP LOCKED
"""

SETTLE_STANDINGS = """
UPDATE standing SET rules_version = :rules_version, due_at = s.due_at
FROM unnest(CAST(:members AS text[]), CAST(:due AS timestamptz[])) AS s (member_id, due_at)
WHERE standing.member_id = s.member_id
"""

TOLD_TIERS = """
SELECT member_id, ladder, from_at, to_at, seq, tier, ordinal FROM told_tier
WHERE member_id = ANY(CAST(:members AS text[])) ORDER BY member_id, ladder, from_at
"""

FORGET_TOLD = "DELETE FROM told_tier WHERE member_id = ANY(CAST(:members AS text[]))"

KEEP_TOLD = """
INSERT INTO told_tier (member_id, ladder, from_at, to_at, seq, tier, ordinal)
SELECT * FROM unnest(
    CAST(:members AS text[]), CAST(:ladders AS text[]), CAST(:from_at AS timestamptz[]),
    CAST(:to_at AS timestamptz[]),
    CAST(:seq AS bigint[]), CAST(:tier AS text[]), CAST(:ordinal AS integer[]))
"""


async def open_standings(tx: Tx, members: Sequence[MemberId]) -> None:
    """Make sure that each member has a row to lock."""
    await tx.execute("open_standings", OPEN_STANDINGS, members=list(members))


async def lock_standings(tx: Tx, members: Sequence[MemberId]) -> dict[MemberId, datetime | None]:
    """Lock members in id order; answers who is known, and when each is due."""
    rows = await tx.execute("lock_standings", LOCK_STANDINGS, members=list(members))
    return {MemberId(row.member_id): row.due_at for row in rows}


async def due_standings(tx: Tx, limit: int) -> list[MemberId]:
    """Members for whom something begins or ends by now, longest due first; skips those in other
    hands.
    """
    rows = await tx.execute("due_standings", DUE_STANDINGS, at=tx.now, limit=limit)
    return [MemberId(row.member_id) for row in rows]


async def outdated_standings(tx: Tx, rules_version: int, limit: int) -> list[MemberId]:
    """Members who were last settled under older rules."""
    rows = await tx.execute(
        "outdated_standings", OUTDATED_STANDINGS, rules_version=rules_version, limit=limit
    )
    return [MemberId(row.member_id) for row in rows]


async def settle_standings(
    tx: Tx, rules_version: int, due: Mapping[MemberId, datetime | None]
) -> None:
    """Note under which rules members were settled and when they are due again."""
    await tx.execute(
        "settle_standings",
        SETTLE_STANDINGS,
        rules_version=rules_version,
        members=list(due.keys()),
        due=list(due.values()),
    )


async def told_tiers(tx: Tx, members: Sequence[MemberId]) -> dict[MemberId, Told]:
    """Each member's timelines by ladder, as they were put together so far."""
    pieces: dict[MemberId, dict[str, list[Piece]]] = {
        member: defaultdict(list) for member in members
    }
    for row in await tx.execute("told_tiers", TOLD_TIERS, members=list(members)):
        window = Window(row.from_at, row.to_at)
        piece = Piece(row.seq, row.tier, row.ordinal, window)
        pieces[row.member_id][row.ladder].append(piece)
    return {
        member: {ladder: tuple(told) for ladder, told in ladders.items()}
        for member, ladders in pieces.items()
    }


async def forget_told(tx: Tx, members: Sequence[MemberId]) -> None:
    """Make room for timelines that read differently."""
    await tx.execute("forget_told", FORGET_TOLD, members=list(members))


async def keep_told(tx: Tx, told: Mapping[MemberId, Told]) -> None:
    """Keep timelines, after the old ones were forgotten."""
    rows = [
        (member, ladder, piece)
        for member, ladders in told.items()
        for ladder, pieces in ladders.items()
        for piece in pieces
    ]
    await tx.execute(
        "keep_told",
        KEEP_TOLD,
        members=[member for member, _, _ in rows],
        ladders=[ladder for _, ladder, _ in rows],
        from_at=[piece.window.from_at for _, _, piece in rows],
        to_at=[piece.window.to_at for _, _, piece in rows],
        seq=[piece.seq for _, _, piece in rows],
        tier=[piece.tier for _, _, piece in rows],
        ordinal=[piece.ordinal for _, _, piece in rows],
    )
