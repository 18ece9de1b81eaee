"""The journal: lines written beside the postings, in their transaction."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from chassis.parts import Part
from points_svc.domain.books import Book
from points_svc.domain.journal import JournalKey, day_of, journal

APPEND_JOURNAL = f"""
INSERT INTO journal_entry (
    recorded_at, recorded_on, zone, {", ".join(JournalKey._fields)}, postings, points)
SELECT :now, :on, :zone, * FROM unnest(
    CAST(:point_type AS text[]), CAST(:kind AS text[]), CAST(:debit AS text[]),
    CAST(:credit AS text[]), CAST(:occurred_month AS text[]), CAST(:expiry_month AS text[]),
    CAST(:postings AS bigint[]), CAST(:points AS bigint[]))
"""


def journaling(books: Sequence[Book], zone: ZoneInfo, now: datetime) -> Part | None:
    """Appends what these accounts moved, if anything: a line a point type, kind, way and months for
    the whole transaction, under the day of its moment.
    """
    lines = journal(books, zone)
    if not lines:
        return None
    keys = zip(*(line.key for line in lines), strict=True)
    params = {
        "now": now,
        "on": day_of(now, zone),
        "zone": zone.key,
        "postings": [line.postings for line in lines],
        "points": [line.points for line in lines],
        **dict(zip(JournalKey._fields, map(list, keys), strict=True)),
    }
    return Part(APPEND_JOURNAL, params)
