"""What holds of lots' time besides what they were posted with: appended, the last row counts."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.books import Book
from points_svc.domain.lot_terms import LotTerm

ABSENCE = ("member_id", "point_type", "lot_id", "seq", "ended_at")
ABSENT_LOTS = """
SELECT DISTINCT a.member_id, a.point_type, a.lot_id FROM absence a
WHERE a.member_id = ANY(CAST(:member_ids AS text[]))
"""


async def append_lot_terms(tx: Tx, books: Sequence[Book]) -> None:
    """Append what was changed about lots' time."""
    terms = {(t.member_id, t.lot_id, t.point_type, t.seq): t for book in books for t in book.terms}
    if terms:
        await tx.copy("append_lot_terms", "lot_term", LotTerm._fields, list(terms.values()))


async def append_absences(tx: Tx, books: Sequence[Book]) -> None:
    """Append which lots were lost because their member had been away too long."""
    rows = [
        (term.member_id, term.point_type, term.lot_id, term.seq, term.away_since)
        for book in books
        for term in book.terms
        if term.away_since is not None
    ]
    if rows:
        await tx.copy("append_absences", "absence", ABSENCE, list(dict.fromkeys(rows)))


async def absent_lots(tx: Tx, member_ids: Sequence[str]) -> list[tuple[str, str, str]]:
    """Lots of these members that were ever lost so, by (member id, point type, lot id)."""
    rows = await tx.execute("absent_lots", ABSENT_LOTS, member_ids=sorted(set(member_ids)))
    return [(row.member_id, row.point_type, row.lot_id) for row in rows]
