"""What the auditor reads, in the order of the chains, and what it found."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.basis import Portion
from points_svc.domain.books import Account
from points_svc.domain.postings import Posting
from points_svc.store.accounts import COLUMNS

POSTING = ", ".join(f"p.{name}" for name in Posting._fields)
ACCOUNTS_AFTER = f"""
SELECT {COLUMNS} FROM account WHERE member_id > :member_id ORDER BY member_id, point_type
LIMIT :limit
"""
SEQS_BETWEEN = """
SELECT member_id, point_type, seq FROM account
WHERE member_id > :after_member AND member_id <= :last_member
"""
FORGOTTEN_BETWEEN = """
SELECT member_id, point_type, seq, due_at FROM account a
WHERE member_id > :after_member AND member_id <= :last_member AND due_at IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM due d
    WHERE d.due_at = a.due_at AND d.member_id = a.member_id AND d.point_type = a.point_type)
ORDER BY member_id, point_type
"""
CHAIN = f"""
SELECT {POSTING} FROM posting p
WHERE p.member_id = ANY(CAST(:member_ids AS text[]))
  AND (p.member_id, p.point_type, p.seq) > (:member_id, :point_type, :seq)
ORDER BY p.member_id, p.point_type, p.seq LIMIT :limit
"""
DRAWS_OF = """
SELECT d.member_id, d.fact_id, d.part, d.lot_id, d.points, d.expired FROM draw d
WHERE d.member_id = ANY(CAST(:member_ids AS text[]))
"""
HEADS_OF = """
SELECT member_id, point_type, seq, head FROM account
WHERE member_id = ANY(CAST(:member_ids AS text[])) AND seq > 0 ORDER BY member_id, point_type
"""
DRAWN_BY = """
SELECT DISTINCT d.fact_id FROM draw d
WHERE d.member_id = :member_id AND d.part = :part AND NOT EXISTS (
    SELECT 1 FROM posting p
    WHERE p.member_id = d.member_id AND p.fact_id = d.fact_id AND p.part = d.part)
"""
ALONE = """
SELECT DISTINCT p.fact_id FROM posting p
WHERE p.member_id = :member_id AND p.kind = 'accrual' AND p.point_type <> :point_type
  AND NOT EXISTS (
    SELECT 1 FROM posting q
    WHERE q.member_id = p.member_id AND q.fact_id = p.fact_id AND q.part = :point_type)
ORDER BY p.fact_id LIMIT :limit
"""

ALONE_MAX = 2

Key = tuple[str, str]
PostingKey = tuple[str, str, str]


async def accounts_after(tx: Tx, member_id: str, limit: int) -> list[Account]:
    """The accounts of the members behind one, whole members first to last; of the last member, as
    many as the limit leaves.
    """
    rows = await tx.execute("accounts_after", ACCOUNTS_AFTER, member_id=member_id, limit=limit)
    return [Account._make((*row, True)) for row in rows]


async def seqs_between(tx: Tx, after_member: str, last_member: str) -> dict[Key, int]:
    """How many postings the accounts of these members have by now."""
    rows = await tx.execute(
        "seqs_between", SEQS_BETWEEN, after_member=after_member, last_member=last_member
    )
    return {(row.member_id, row.point_type): row.seq for row in rows}


async def forgotten_between(
    tx: Tx, after_member: str, last_member: str
) -> list[tuple[str, str, int, datetime]]:
    """Accounts of these members that say when they are due, and no sweep will come: (member id,
    point type, seq, the instant). Read in one statement, so of one state.
    """
    rows = await tx.execute(
        "forgotten_between", FORGOTTEN_BETWEEN, after_member=after_member, last_member=last_member
    )
    return [(row.member_id, row.point_type, row.seq, row.due_at) for row in rows]


async def chain_after(
    tx: Tx, member_ids: Sequence[str], after: tuple[str, str, int], limit: int
) -> list[Posting]:
    """Postings of these members behind (member id, point type, seq), in that order."""
    rows = await tx.execute(
        "chain_after",
        CHAIN,
        member_ids=list(member_ids),
        member_id=after[0],
        point_type=after[1],
        seq=after[2],
        limit=limit,
    )
    return [Posting._make(row) for row in rows]


async def draws_of(tx: Tx, member_ids: Sequence[str]) -> Mapping[PostingKey, Sequence[Portion]]:
    """What the postings of these members drew, by (member id, fact id, part)."""
    found: defaultdict[PostingKey, list[Portion]] = defaultdict(list)
    rows = await tx.execute("draws_of", DRAWS_OF, member_ids=list(member_ids))
    for member_id, fact_id, part, lot_id, points, expired in map(tuple, rows):
        found[member_id, fact_id, part].append(Portion(lot_id, points, expired))
    return found


async def heads_of(tx: Tx, member_ids: Iterable[str]) -> list[tuple[str, str, int, bytes]]:
    """The heads of these members' chains: (member id, point type, seq, hash)."""
    rows = await tx.execute("heads_of", HEADS_OF, member_ids=sorted(member_ids))
    return [(row.member_id, row.point_type, row.seq, row.head) for row in rows]


async def drawn_by_missing(tx: Tx, member_id: str, part: str) -> list[str]:
    """The facts of postings of that part that drew on lots, but are not there."""
    rows = await tx.execute("drawn_by_missing", DRAWN_BY, member_id=member_id, part=part)
    return [row.fact_id for row in rows]


async def accrued_elsewhere(tx: Tx, member_id: str, point_type: str) -> list[str]:
    """Facts that accrued in another point type, but not in this one; a few at most."""
    rows = await tx.execute(
        "accrued_elsewhere", ALONE, member_id=member_id, point_type=point_type, limit=ALONE_MAX
    )
    return [row.fact_id for row in rows]
