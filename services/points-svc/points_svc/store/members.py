"""What others said of members: that they enrolled, and which tiers they were told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from chassis.tx import Tx
from contracts.events.members import MemberEnrolled
from points_svc.domain.tiers import Timeline, Told

REMEMBER_MEMBERS = """
INSERT INTO member (member_id, enrolled_at)
SELECT * FROM unnest(CAST(:member_ids AS text[]), CAST(:enrolled AS timestamptz[]))
ON CONFLICT (member_id) DO NOTHING
"""
IS_KNOWN = """
SELECT EXISTS (SELECT 1 FROM member WHERE member_id = :member_id)
    OR EXISTS (SELECT 1 FROM account WHERE member_id = :member_id) AS is_known
"""
TIMELINES = """
SELECT member_id, ladder, from_at, tier, seq FROM told_tier
WHERE member_id = ANY(CAST(:member_ids AS text[]))
ORDER BY member_id, ladder, from_at
"""
FORGET_TOLD = """
DELETE FROM told_tier t
USING unnest(
    CAST(:member_ids AS text[]), CAST(:ladders AS text[]), CAST(:from_ats AS timestamptz[])
) AS n (member_id, ladder, from_at)
WHERE t.member_id = n.member_id AND t.ladder = n.ladder AND t.from_at >= n.from_at
"""
KEEP_TOLD = """
INSERT INTO told_tier (member_id, ladder, from_at, tier, seq)
SELECT * FROM unnest(
    CAST(:member_ids AS text[]), CAST(:ladders AS text[]), CAST(:from_ats AS timestamptz[]),
    CAST(:tiers AS text[]), CAST(:seqs AS bigint[]))
"""

Ladders = Mapping[str, Timeline]
Row = tuple[str, str, datetime, str, int]


async def remember_members(tx: Tx, enrolled: Sequence[MemberEnrolled]) -> None:
    """Keep who enrolled; again changes nothing."""
    await tx.execute(
        "remember_members",
        REMEMBER_MEMBERS,
        member_ids=[one.member_id for one in enrolled],
        enrolled=[one.enrolled_at for one in enrolled],
    )


async def is_known(tx: Tx, member_id: str) -> bool:
    """Whether anything was heard of a member: their enrolment, or a fact that overtook it."""
    (row,) = await tx.execute("is_known", IS_KNOWN, member_id=member_id)
    return bool(row.is_known)


async def timelines(tx: Tx, member_ids: Sequence[str]) -> dict[str, dict[str, Timeline]]:
    """What each member was told, by ladder."""
    rows = await tx.execute("timelines", TIMELINES, member_ids=sorted(set(member_ids)))
    found: defaultdict[str, defaultdict[str, list[Told]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row.member_id][row.ladder].append(Told(row.from_at, row.tier, row.seq))
    return {
        member_id: {ladder: tuple(told) for ladder, told in ladders.items()}
        for member_id, ladders in found.items()
    }


async def forget_told(tx: Tx, since: Sequence[tuple[str, str, datetime]]) -> None:
    """Forget what was told from an instant on, by (member id, ladder, instant)."""
    await tx.execute(
        "forget_told",
        FORGET_TOLD,
        member_ids=[member_id for member_id, _, _ in since],
        ladders=[ladder for _, ladder, _ in since],
        from_ats=[from_at for _, _, from_at in since],
    )


async def keep_told(tx: Tx, rows: Sequence[Row]) -> None:
    """Keep what was told, by (member id, ladder, from, tier, seq)."""
    member_ids, ladders, from_ats, tiers, seqs = zip(*rows, strict=True)
    await tx.execute(
        "keep_told",
        KEEP_TOLD,
        member_ids=list(member_ids),
        ladders=list(ladders),
        from_ats=list(from_ats),
        tiers=list(tiers),
        seqs=list(seqs),
    )
