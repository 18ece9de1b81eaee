"""What was told of members, by ladder."""

from collections.abc import Sequence
from typing import Any

import msgspec

from chassis.tx import Conflict, Row, Tx
from contracts.ids import MemberId
from tier_svc.domain.evaluation import Evaluation, Moment, Standing
from tier_svc.domain.intervals import Interval

Key = tuple[MemberId, str]

READ_STANDINGS = """
SELECT member_id, ladder, seq, told::text AS told FROM standing
WHERE member_id = ANY (CAST(:members AS text[]))
"""

BEGIN_STANDINGS = """
INSERT INTO standing (member_id, ladder, seq, told, tier, next_evaluation_at, falls_at)
SELECT member_id, ladder, seq, CAST(told AS jsonb), tier, next_evaluation_at, falls_at
FROM unnest(CAST(:members AS text[]), CAST(:ladders AS text[]), CAST(:seqs AS bigint[]),
    CAST(:told AS text[]), CAST(:tiers AS text[]), CAST(:due AS timestamptz[]),
    CAST(:falls AS timestamptz[]))
    AS u (member_id, ladder, seq, told, tier, next_evaluation_at, falls_at)
ORDER BY member_id, ladder
ON CONFLICT (member_id, ladder) DO NOTHING
RETURNING member_id
"""

WRITE_STANDINGS = """
UPDATE standing SET seq = u.seq, told = CAST(u.told AS jsonb), tier = u.tier,
    next_evaluation_at = u.next_evaluation_at, falls_at = u.falls_at
FROM unnest(CAST(:members AS text[]), CAST(:ladders AS text[]), CAST(:before AS bigint[]),
    CAST(:seqs AS bigint[]), CAST(:told AS text[]), CAST(:tiers AS text[]),
    CAST(:due AS timestamptz[]), CAST(:falls AS timestamptz[]))
    AS u (member_id, ladder, seq_before, seq, told, tier, next_evaluation_at, falls_at)
WHERE standing.member_id = u.member_id AND standing.ladder = u.ladder
    AND standing.seq = u.seq_before
RETURNING standing.member_id
"""

ADVANCE_STANDINGS = """
WITH due AS (
    SELECT member_id, ladder, told FROM standing WHERE next_evaluation_at <= :now
    ORDER BY next_evaluation_at LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE standing s SET tier = holds.one ->> 'tier',
    next_evaluation_at = CAST(holds.one ->> 'to_at' AS timestamptz)
FROM due d, LATERAL (
    SELECT one FROM jsonb_array_elements(d.told) WITH ORDINALITY AS i (one, place)
    WHERE CAST(one ->> 'from_at' AS timestamptz) <= :now ORDER BY place DESC LIMIT 1) AS holds
WHERE s.member_id = d.member_id AND s.ladder = d.ladder
RETURNING s.member_id
"""


async def read_standings(tx: Tx, members: Sequence[MemberId]) -> dict[Key, Standing]:
    """What was told of these members, by member and ladder."""
    rows = await tx.execute("read_standings", READ_STANDINGS, members=list(members))
    return {(row.member_id, row.ladder): standing_of(row) for row in rows}


async def begin_standings(tx: Tx, evaluated: Sequence[tuple[Evaluation, Moment]]) -> None:
    """Keep the first telling of each. Raises Conflict where a standing was begun meanwhile."""
    if evaluated:
        _complete(
            await tx.execute("begin_standings", BEGIN_STANDINGS, **_columns(evaluated)), evaluated
        )


async def write_standings(tx: Tx, evaluated: Sequence[tuple[Evaluation, Moment]]) -> None:
    """Keep what is told now. Raises Conflict where a standing was told of meanwhile."""
    if evaluated:
        before = [one.seq_before for one, _ in evaluated]
        rows = await tx.execute(
            "write_standings", WRITE_STANDINGS, before=before, **_columns(evaluated)
        )
        _complete(rows, evaluated)


async def advance_standings(tx: Tx, limit: int) -> int:
    """Pass projected changes, the oldest first: the tier that holds now by what was told, and the
    instant of the next change, as `evaluation.moment` has them. Answers how many; skips those that
    another job has in hand. Of one instant they come as they come: sorted, each pass would read all
    that are left.
    """
    return len(await tx.execute("advance_standings", ADVANCE_STANDINGS, now=tx.now, limit=limit))


def _columns(evaluated: Sequence[tuple[Evaluation, Moment]]) -> dict[str, list[Any]]:
    return {
        "members": [one.member_id for one, _ in evaluated],
        "ladders": [one.ladder for one, _ in evaluated],
        "seqs": [one.seq for one, _ in evaluated],
        "told": [msgspec.json.encode(one.told).decode() for one, _ in evaluated],
        "tiers": [moment.tier for _, moment in evaluated],
        "due": [moment.next_evaluation_at for _, moment in evaluated],
        "falls": [moment.falls_at for _, moment in evaluated],
    }


def _complete(rows: Sequence[Row], evaluated: Sequence[object]) -> None:
    if len(rows) != len(evaluated):
        raise Conflict


def standing_of(row: Row) -> Standing:
    """What a row says was told."""
    told = msgspec.json.decode(row.told, type=list[Interval])
    return Standing(row.member_id, row.ladder, row.seq, told)
