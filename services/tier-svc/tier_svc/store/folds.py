"""Old purchases of members, many in one row."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from chassis.tx import Tx
from contracts.ids import FactId, MemberId
from tier_svc.domain.facts import Line
from tier_svc.domain.folding import Folded

DUE_MEMBERS = """
SELECT member_id FROM member WHERE folds_at <= :now ORDER BY folds_at
LIMIT :limit FOR UPDATE SKIP LOCKED
"""

OLD_PURCHASES = """
SELECT member_id, fact_id, occurred_at, spend_minor, store_id, channel, lines::text AS lines
FROM purchase WHERE member_id = ANY (CAST(:members AS text[])) AND occurred_at < :before
ORDER BY member_id, fact_id
"""

ADD_FOLDS = """
INSERT INTO purchase_fold (member_id, fold, body)
SELECT u.member_id,
    (SELECT coalesce(max(f.fold), 0) + 1 FROM purchase_fold f WHERE f.member_id = u.member_id),
    u.body
FROM unnest(CAST(:members AS text[]), CAST(:bodies AS bytea[])) AS u (member_id, body)
"""

DROP_FOLDED = """
DELETE FROM purchase
WHERE member_id = ANY (CAST(:members AS text[])) AND occurred_at < :before
"""

FOLD_LATER = """
UPDATE member SET folds_at = :folds_at,
    has_folds = has_folds OR member_id = ANY (CAST(:folded AS text[]))
WHERE member_id = ANY (CAST(:members AS text[]))
"""

FOLDS_OF_MEMBERS = """
SELECT member_id, body FROM purchase_fold
WHERE member_id = ANY (CAST(:members AS text[])) ORDER BY member_id, fold
"""

Folds = dict[MemberId, dict[FactId, Folded]]


async def due_members(tx: Tx, limit: int) -> list[MemberId]:
    """Lock the members whose purchases are to be folded; skips those somebody has in hand."""
    rows = await tx.execute("members_to_fold", DUE_MEMBERS, now=tx.now, limit=limit)
    return sorted(row.member_id for row in rows)


async def old_purchases(tx: Tx, members: Sequence[MemberId], before: datetime) -> Folds:
    """The purchases of these members before an instant that are still rows of their own."""
    rows = await tx.execute("old_purchases", OLD_PURCHASES, members=list(members), before=before)
    out: Folds = {}
    for row in rows:
        lines = msgspec.json.decode(row.lines, type=tuple[Line, ...])
        out.setdefault(row.member_id, {})[row.fact_id] = Folded(
            row.fact_id, row.occurred_at, row.spend_minor, row.store_id, row.channel, lines
        )
    return out


async def add_folds(tx: Tx, folds: Mapping[MemberId, Sequence[Folded]]) -> None:
    """One more fold of each of these members."""
    await tx.execute(
        "add_folds",
        ADD_FOLDS,
        members=list(folds),
        bodies=[msgspec.msgpack.encode(list(one)) for one in folds.values()],
    )


async def drop_folded(tx: Tx, members: Sequence[MemberId], before: datetime) -> None:
    """The rows that are folded now."""
    await tx.execute("drop_folded", DROP_FOLDED, members=list(members), before=before)


async def fold_later(
    tx: Tx, members: Sequence[MemberId], folded: Sequence[MemberId], folds_at: datetime
) -> None:
    """When these members are next looked at, and which of them have folds now."""
    await tx.execute(
        "fold_later", FOLD_LATER, members=list(members), folded=list(folded), folds_at=folds_at
    )


async def folds_of_members(tx: Tx, members: Sequence[MemberId]) -> Folds:
    """Every folded purchase of these members."""
    rows = await tx.execute("folds_of_members", FOLDS_OF_MEMBERS, members=list(members))
    out: Folds = {}
    for row in rows:
        for one in msgspec.msgpack.decode(row.body, type=list[Folded]):
            out.setdefault(row.member_id, {}).setdefault(one.fact_id, one)
    return out
