"""Standings that run out, and who was told so."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.evaluation import Standing
from tier_svc.domain.falling import Fall
from tier_svc.store.standings import Key, standing_of

FALLING_STANDINGS = """
SELECT member_id, ladder, seq, told::text AS told FROM standing
WHERE falls_at <= :horizon ORDER BY falls_at
LIMIT :limit FOR UPDATE SKIP LOCKED
"""

KEEP_WARNINGS = """
INSERT INTO warning (member_id, ladder, until_at, tier, recorded_at)
SELECT member_id, ladder, until_at, tier, :now
FROM unnest(CAST(:members AS text[]), CAST(:ladders AS text[]), CAST(:untils AS timestamptz[]),
    CAST(:tiers AS text[])) AS u (member_id, ladder, until_at, tier)
ON CONFLICT (member_id, ladder, until_at) DO NOTHING
RETURNING member_id, ladder, until_at
"""

LOOK_LATER = """
UPDATE standing SET falls_at = u.falls_at
FROM unnest(CAST(:members AS text[]), CAST(:ladders AS text[]), CAST(:falls AS timestamptz[]))
    AS u (member_id, ladder, falls_at)
WHERE standing.member_id = u.member_id AND standing.ladder = u.ladder
"""


async def falling_standings(tx: Tx, horizon: datetime, limit: int) -> list[Standing]:
    """Standings that lead lower by `horizon` and were not looked at for that yet; skips those in
    other hands.
    """
    rows = await tx.execute("falling_standings", FALLING_STANDINGS, horizon=horizon, limit=limit)
    return [standing_of(row) for row in rows]


async def keep_warnings(
    tx: Tx, warnings: Sequence[tuple[Key, Fall]]
) -> set[tuple[MemberId, str, datetime]]:
    """Keep who is told of which end; answers those who had not been, by member, ladder and end."""
    rows = await tx.execute(
        "keep_warnings",
        KEEP_WARNINGS,
        members=[member for (member, _), _ in warnings],
        ladders=[ladder for (_, ladder), _ in warnings],
        untils=[fall.until for _, fall in warnings],
        tiers=[fall.tier for _, fall in warnings],
        now=tx.now,
    )
    return {(row.member_id, row.ladder, row.until_at) for row in rows}


async def look_later(tx: Tx, falls: Mapping[Key, datetime | None]) -> None:
    """Look at these standings again before the next end that was not looked at."""
    await tx.execute(
        "look_later",
        LOOK_LATER,
        members=[member for member, _ in falls],
        ladders=[ladder for _, ladder in falls],
        falls=list(falls.values()),
    )
