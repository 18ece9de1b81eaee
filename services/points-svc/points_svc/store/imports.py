"""Lines of imports by their names, which are their source's own for ever."""

from collections.abc import Iterable, Sequence

from chassis.tx import Tx
from points_svc.domain.imports import BatchSum, Imported

FIELDS = tuple(Imported.__dataclass_fields__)
COLUMNS = ", ".join(FIELDS)
LOCK_IMPORTS = "SELECT pg_advisory_xact_lock(hashtext('imports'), hashtext(:source))"
FIND_IMPORTED = f"""
SELECT {COLUMNS} FROM imported
WHERE source = :source AND import_ref = ANY(CAST(:import_refs AS text[]))
"""
KEEP_IMPORTED = f"""
INSERT INTO imported ({COLUMNS})
SELECT * FROM unnest(
    CAST(:source AS text[]), CAST(:import_ref AS text[]), CAST(:batch AS text[]),
    CAST(:member_id AS text[]), CAST(:point_type AS text[]), CAST(:points AS bigint[]),
    CAST(:asked AS bytea[]), CAST(:code AS text[]), CAST(:lot_id AS text[]),
    CAST(:expires_at AS timestamptz[]), CAST(:recorded_at AS timestamptz[]))
ON CONFLICT (source, import_ref) DO UPDATE
SET ({", ".join(FIELDS[2:])}) = ROW ({", ".join(f"excluded.{name}" for name in FIELDS[2:])})
WHERE imported.code <> ''
"""
SUMS_OF_BATCH = """
SELECT i.source, i.code, count(*) AS lines, CAST(sum(i.points) AS bigint) AS points,
       count(p.points) AS ledger_lines, CAST(coalesce(sum(p.points), 0) AS bigint) AS ledger_points
FROM imported i
LEFT JOIN LATERAL (
    SELECT q.points FROM posting q
    WHERE q.member_id = i.member_id AND q.fact_id = i.lot_id AND q.part = i.point_type
      AND q.kind = 'import' OFFSET 0) p ON i.code = ''
WHERE i.batch = :batch
GROUP BY i.source, i.code ORDER BY i.source, i.code
"""
REFUSED_AFTER = f"""
SELECT {COLUMNS} FROM imported
WHERE batch = :batch AND code <> '' AND (source, import_ref) > (:source, :import_ref)
ORDER BY source, import_ref LIMIT :limit
"""
KNOWN_OF = """
SELECT member_id FROM member WHERE member_id = ANY(CAST(:member_ids AS text[]))
UNION SELECT member_id FROM account WHERE member_id = ANY(CAST(:member_ids AS text[]))
"""


async def lock_imports(tx: Tx, source: str) -> None:
    """One import of a source at a time."""
    await tx.execute("lock_imports", LOCK_IMPORTS, source=source)


async def find_imported(tx: Tx, source: str, import_refs: Iterable[str]) -> dict[str, Imported]:
    """Lines of these names that were kept before."""
    rows = await tx.execute(
        "find_imported", FIND_IMPORTED, source=source, import_refs=sorted(set(import_refs))
    )
    return {row.import_ref: Imported(**row._asdict()) for row in rows}


async def keep_imported(tx: Tx, lines: Sequence[Imported]) -> None:
    """Keep lines, posted or refused; what was refused before is kept anew."""
    columns = {name: [getattr(line, name) for line in lines] for name in FIELDS}
    await tx.execute("keep_imported", KEEP_IMPORTED, **columns)


async def known_of(tx: Tx, member_ids: Iterable[str]) -> set[str]:
    """Those of these members of whom anything was heard."""
    rows = await tx.execute("known_of", KNOWN_OF, member_ids=sorted(set(member_ids)))
    return {row.member_id for row in rows}


async def sums_of_batch(tx: Tx, batch: str) -> Sequence[BatchSum]:
    """What a batch's lines add up to, by source and code, beside the ledger."""
    rows = await tx.execute("sums_of_batch", SUMS_OF_BATCH, batch=batch)
    return [BatchSum._make(row) for row in rows]


async def refused_after(
    tx: Tx, batch: str, after: tuple[str, str], limit: int
) -> Sequence[Imported]:
    """A batch's refused lines behind (source, import_ref)."""
    source, import_ref = after
    rows = await tx.execute(
        "refused_after",
        REFUSED_AFTER,
        batch=batch,
        source=source,
        import_ref=import_ref,
        limit=limit,
    )
    return [Imported(**row._asdict()) for row in rows]
