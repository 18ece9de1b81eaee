"""Facts: kept under their names, locked in order of names, changed only where they stand."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from chassis.tx import Row, Tx
from member_svc.domain import facts
from member_svc.domain.facts import Fact, Kind, Standing
from member_svc.domain.identifiers import BlindIndex
from member_svc.domain.returns import PurchaseName

KNOWN_NAMES = """
SELECT * FROM fact
WHERE source = :source AND kind = :kind AND source_ref = ANY(CAST(:refs AS text[]))
  AND status <> 'awaited'
"""

# A name that a return announced is filled; one that somebody else filled meanwhile stays as it is.
KEEP_NEW = """
INSERT INTO fact (
    kind, source, source_ref, fact_id, member_id, blind_index, status, first_status, is_claimed,
    reason, occurred_at, recorded_at, counted_at, content_hash, content,
    purchase_source, purchase_ref, complaint_source, complaint_ref, taken
)
SELECT * FROM unnest(
    CAST(:kind AS text[]), CAST(:source AS text[]), CAST(:source_ref AS text[]),
    CAST(:fact_id AS text[]), CAST(:member_id AS text[]), CAST(:blind_index AS bytea[]),
    CAST(:status AS text[]), CAST(:first_status AS text[]), CAST(:is_claimed AS boolean[]),
    CAST(:reason AS text[]), CAST(:occurred_at AS timestamptz[]),
    CAST(:recorded_at AS timestamptz[]), CAST(:counted_at AS timestamptz[]),
    CAST(:content_hash AS bytea[]), CAST(:content AS bytea[]), CAST(:purchase_source AS text[]),
    CAST(:purchase_ref AS text[]), CAST(:complaint_source AS text[]),
    CAST(:complaint_ref AS text[]), CAST(:taken AS bytea[])
)
ON CONFLICT (source, kind, source_ref) DO UPDATE SET
    fact_id = excluded.fact_id, member_id = excluded.member_id, blind_index = excluded.blind_index,
    status = excluded.status, first_status = excluded.first_status,
    is_claimed = excluded.is_claimed, reason = excluded.reason, occurred_at = excluded.occurred_at,
    recorded_at = excluded.recorded_at, counted_at = excluded.counted_at,
    content_hash = excluded.content_hash, content = excluded.content
WHERE fact.status = 'awaited'
RETURNING source, source_ref, was_awaited
"""

NAME_AWAITED = """
INSERT INTO fact (source, kind, source_ref, status, was_awaited)
SELECT source, 'purchase', source_ref, 'awaited', true
FROM unnest(CAST(:sources AS text[]), CAST(:refs AS text[])) AS name (source, source_ref)
ORDER BY source, source_ref
ON CONFLICT (source, kind, source_ref) DO NOTHING
"""

LOCK_PURCHASES = """
SELECT fact.* FROM fact
JOIN unnest(CAST(:sources AS text[]), CAST(:refs AS text[])) AS name (source, source_ref)
  ON fact.source = name.source AND fact.kind = 'purchase' AND fact.source_ref = name.source_ref
ORDER BY fact.source, fact.source_ref
FOR UPDATE OF fact
"""

# Purchases before what is of a member alone, as everybody locks them.
LOCK_UNCLAIMED = """
SELECT * FROM fact
WHERE blind_index = ANY(CAST(:indexes AS bytea[])) AND occurred_at >= :earliest
  AND status = 'unclaimed'
ORDER BY kind DESC, source, source_ref
FOR UPDATE
"""

LOCK_FACT = """
SELECT * FROM fact WHERE source = :source AND kind = :kind AND source_ref = :ref FOR UPDATE
"""

FOLLOWERS_OF = """
SELECT fact.* FROM fact
JOIN unnest(CAST(:sources AS text[]), CAST(:refs AS text[])) AS name (source, source_ref)
  ON fact.purchase_source = name.source AND fact.purchase_ref = name.source_ref
"""

CHANGE = """
UPDATE fact SET member_id = new.member_id, status = new.status, reason = new.reason,
    counted_at = new.counted_at, taken = new.taken
FROM unnest(
    CAST(:source AS text[]), CAST(:kind AS text[]), CAST(:source_ref AS text[]),
    CAST(:member_id AS text[]), CAST(:status AS text[]), CAST(:reason AS text[]),
    CAST(:counted_at AS timestamptz[]), CAST(:taken AS bytea[])
) AS new (source, kind, source_ref, member_id, status, reason, counted_at, taken)
WHERE fact.source = new.source AND fact.kind = new.kind AND fact.source_ref = new.source_ref
"""

FIND_OPEN = """
SELECT * FROM fact WHERE fact_id = :fact_id AND status <> 'accepted' AND status <> 'awaited'
"""

INSERTED = (
    *("kind", "source", "source_ref", "fact_id", "member_id", "blind_index", "status"),
    *("first_status", "is_claimed", "reason", "occurred_at", "recorded_at", "counted_at"),
    *("content_hash", "content", "purchase_source", "purchase_ref", "complaint_source"),
    *("complaint_ref", "taken"),
)
CHANGED = ("source", "kind", "source_ref", "member_id", "status", "reason", "counted_at", "taken")


async def known_names(
    tx: Tx, source: str, kind: Kind, refs: Collection[str]
) -> dict[str, Standing]:
    """What these names of a source already stand for."""
    rows = await tx.execute("known_names", KNOWN_NAMES, source=source, kind=kind, refs=sorted(refs))
    return {row.source_ref: facts.standing(_fact(row)) for row in rows}


async def keep_new(tx: Tx, new: Sequence[Fact]) -> dict[PurchaseName, bool]:
    """Keep facts under their names, in order of names; answers those kept and whether a return
    awaited them.

    A name that another transaction gave away meanwhile is missing from the answer.
    """
    ordered = sorted(new, key=lambda fact: (fact.source, fact.source_ref))
    rows = await tx.execute("keep_facts", KEEP_NEW, **_columns(ordered, INSERTED))
    return {(row.source, row.source_ref): row.was_awaited for row in rows}


async def name_awaited(tx: Tx, names: Collection[PurchaseName]) -> None:
    """Announce purchases that have not come, so that whoever keeps them meets their returns."""
    await tx.execute("name_awaited", NAME_AWAITED, **_names(names))


async def lock_purchases(tx: Tx, names: Collection[PurchaseName]) -> dict[PurchaseName, Fact]:
    """The purchases of these names, locked in order; those that are only awaited are locked and not
    answered.
    """
    rows = await tx.execute("lock_purchases", LOCK_PURCHASES, **_names(names))
    return {(row.source, row.source_ref): _fact(row) for row in rows if row.status != "awaited"}


async def lock_unclaimed(tx: Tx, indexes: Collection[BlindIndex], earliest: datetime) -> list[Fact]:
    """What is unclaimed of these identifiers and occurred at `earliest` or later: purchases,
    activities, feedback, locked in order of names.
    """
    rows = await tx.execute(
        "lock_unclaimed", LOCK_UNCLAIMED, indexes=sorted(indexes), earliest=earliest
    )
    return [_fact(row) for row in rows]


async def lock_fact(tx: Tx, fact: Fact) -> Fact:
    """A fact as it stands now, locked."""
    (row,) = await tx.execute(
        "lock_fact", LOCK_FACT, source=fact.source, kind=fact.kind, ref=fact.source_ref
    )
    return _fact(row)


async def followers_of(tx: Tx, names: Collection[PurchaseName]) -> list[Fact]:
    """All that is about these purchases. Their purchases' locks keep them as
    they are.
    """
    rows = await tx.execute("followers_of", FOLLOWERS_OF, **_names(names))
    return [_fact(row) for row in rows]


async def change(tx: Tx, changed: Sequence[Fact]) -> None:
    """Write where these facts stand now. Their names, times and content never change."""
    await tx.execute("change_facts", CHANGE, **_columns(changed, CHANGED))


async def find_open(tx: Tx, fact_id: str) -> Fact | None:
    """A fact that is not accepted, unlocked, or None."""
    rows = await tx.execute("find_open_fact", FIND_OPEN, fact_id=fact_id)
    return _fact(rows[0]) if rows else None


def _columns(rows: Sequence[Fact], names: Sequence[str]) -> Mapping[str, list[Any]]:
    return {name: [getattr(fact, name) for fact in rows] for name in names}


def _names(names: Collection[PurchaseName]) -> Mapping[str, list[str]]:
    return {"sources": [source for source, _ in names], "refs": [ref for _, ref in names]}


def _fact(row: Row) -> Fact:
    return Fact(**{name: getattr(row, name) for name in INSERTED})
