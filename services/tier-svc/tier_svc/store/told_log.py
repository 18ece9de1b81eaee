"""Every telling there was, in its order; nothing of it is ever changed."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.evaluation import Evaluation
from tier_svc.domain.intervals import Interval
from tier_svc.domain.recalling import Telling

LOG_TELLINGS = """
INSERT INTO told_log (member_id, ladder, seq, recorded_at, from_at, intervals)
SELECT member_id, ladder, seq, :now, from_at, CAST(intervals AS jsonb)
FROM unnest(CAST(:members AS text[]), CAST(:ladders AS text[]), CAST(:seqs AS bigint[]),
    CAST(:froms AS timestamptz[]), CAST(:intervals AS text[]))
    AS u (member_id, ladder, seq, from_at, intervals)
"""

TELLINGS_OF_MEMBER = """
SELECT ladder, from_at, intervals::text AS intervals FROM told_log
WHERE member_id = :member AND recorded_at <= :known_at ORDER BY ladder, seq
"""


async def log_tellings(tx: Tx, told: Sequence[Evaluation]) -> None:
    """Keep what is said now."""
    if not told:
        return
    await tx.execute(
        "log_tellings",
        LOG_TELLINGS,
        members=[one.member_id for one in told],
        ladders=[one.ladder for one in told],
        seqs=[one.seq for one in told],
        froms=[one.says[0].from_at for one in told],
        intervals=[msgspec.json.encode(one.says).decode() for one in told],
        now=tx.now,
    )


async def tellings_of_member(
    tx: Tx, member_id: MemberId, known_at: datetime
) -> dict[str, list[Telling]]:
    """What a member was told by an instant, by ladder, in order."""
    rows = await tx.execute(
        "tellings_of_member", TELLINGS_OF_MEMBER, member=member_id, known_at=known_at
    )
    out: dict[str, list[Telling]] = {}
    for row in rows:
        said = msgspec.json.decode(row.intervals, type=list[Interval])
        out.setdefault(row.ladder, []).append(Telling(row.from_at, said))
    return out
