"""What was told of members."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.engine import Row

from chassis.tx import Conflict, Tx
from contracts.ids import MemberId
from tier_svc.domain.evaluation import Evaluation, Moment, Standing
from tier_svc.domain.walk import Interval

OPEN_STANDINGS = """
INSERT INTO standing (member_id, enrolled_at)
SELECT member_id, enrolled_at
FROM unnest(CAST(:members AS text[]), CAST(:enrolled AS timestamptz[]))
    AS u (member_id, enrolled_at)
ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE SET enrolled_at = excluded.enrolled_at
WHERE standing.enrolled_at IS NULL AND excluded.enrolled_at IS NOT NULL
"""

READ_STANDINGS = """
SELECT member_id, enrolled_at, seq, told::text AS told FROM standing
WHERE member_id = ANY (CAST(:members AS text[])) ORDER BY member_id
"""

DUE_STANDINGS = """
SELECT member_id, enrolled_at, seq, told::text AS told FROM standing
WHERE next_evaluation_at <= :now ORDER BY next_evaluation_at, member_id
LIMIT :limit FOR UPDATE SKIP LOCKED
"""

WRITE_STANDINGS = """
UPDATE standing SET seq = u.seq, told = CAST(u.told AS jsonb), tier = u.tier,
    next_evaluation_at = u.next_evaluation_at
FROM unnest(CAST(:members AS text[]), CAST(:before AS bigint[]), CAST(:seqs AS bigint[]),
    CAST(:told AS text[]), CAST(:tiers AS text[]), CAST(:due AS timestamptz[]))
    AS u (member_id, seq_before, seq, told, tier, next_evaluation_at)
WHERE standing.member_id = u.member_id AND standing.seq = u.seq_before
RETURNING standing.member_id
"""

ADVANCE_STANDINGS = """
UPDATE standing SET tier = u.tier, next_evaluation_at = u.next_evaluation_at
FROM unnest(CAST(:members AS text[]), CAST(:tiers AS text[]), CAST(:due AS timestamptz[]))
    AS u (member_id, tier, next_evaluation_at)
WHERE standing.member_id = u.member_id
"""

MAKE_UNTOLD_DUE = """
UPDATE standing SET next_evaluation_at = :now WHERE seq = 0 AND enrolled_at IS NOT NULL
"""


async def open_standings(tx: Tx, enrolled: Mapping[MemberId, datetime | None]) -> None:
    """Lock the members' rows in id order, making those that are missing; keep enrolments."""
    members = sorted(enrolled)
    await tx.execute(
        "open_standings",
        OPEN_STANDINGS,
        members=members,
        enrolled=[enrolled[member] for member in members],
    )


async def read_standings(tx: Tx, members: Sequence[MemberId]) -> list[Standing]:
    """What was told of these members, by id; nothing for those nobody has heard of."""
    rows = await tx.execute("read_standings", READ_STANDINGS, members=list(members))
    return [_standing(row) for row in rows]


async def due_standings(tx: Tx, limit: int) -> list[Standing]:
    """Standings whose next evaluation is due, oldest first; skips those another job has in hand."""
    rows = await tx.execute("due_standings", DUE_STANDINGS, now=tx.now, limit=limit)
    return [_standing(row) for row in rows]


async def write_standings(tx: Tx, evaluated: Sequence[tuple[Evaluation, Moment]]) -> None:
    """Keep what is told now. Raises Conflict where a standing was told of meanwhile."""
    rows = await tx.execute(
        "write_standings",
        WRITE_STANDINGS,
        members=[one.member_id for one, _ in evaluated],
        before=[one.seq_before for one, _ in evaluated],
        seqs=[one.seq for one, _ in evaluated],
        told=[msgspec.json.encode(one.told).decode() for one, _ in evaluated],
        tiers=[moment.tier for _, moment in evaluated],
        due=[moment.next_evaluation_at for _, moment in evaluated],
    )
    if len(rows) != len(evaluated):
        raise Conflict


async def advance_standings(tx: Tx, moments: Mapping[MemberId, Moment]) -> None:
    """Pass projected changes: the tier that holds now and the instant of the next change."""
    await tx.execute(
        "advance_standings",
        ADVANCE_STANDINGS,
        members=list(moments),
        tiers=[moment.tier for moment in moments.values()],
        due=[moment.next_evaluation_at for moment in moments.values()],
    )


async def make_untold_due(tx: Tx) -> None:
    """Make every known member due whom nobody has been told of."""
    await tx.execute("make_untold_due", MAKE_UNTOLD_DUE, now=tx.now)


def _standing(row: Row[Any]) -> Standing:
    told = msgspec.json.decode(row.told, type=list[Interval])
    return Standing(row.member_id, row.enrolled_at, row.seq, told)
