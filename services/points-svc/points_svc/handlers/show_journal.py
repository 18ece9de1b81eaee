"""The journal for the general ledger."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chassis.tx import Tx
from points_svc.domain.journal import CLOSES_AFTER
from points_svc.domain.reports import JournalRow
from points_svc.domain.wall_time import day_begins
from points_svc.store import programme, reports


@dataclass(frozen=True)
class Journal:
    """The lines of a period, and what each account got and gave in all. `is_closed`: nothing can
    come into the period any more.
    """

    zone: str
    is_closed: bool
    rows: Sequence[JournalRow]
    debits: Counter[tuple[str, str]]
    credits: Counter[tuple[str, str]]


async def show_journal(tx: Tx, begins_on: date, ends_on: date, by: str, limit: int) -> Journal:
    """The journal of the days [begins_on, ends_on) by `day` or `month`: at most `limit` lines."""
    zone = await programme.zone_now(tx)
    rows = await reports.journal_of(tx, begins_on, ends_on, by, limit)
    debits: Counter[tuple[str, str]] = Counter()
    credits_: Counter[tuple[str, str]] = Counter()
    for row in rows:
        debits[row.point_type, row.debit] += row.points
        credits_[row.point_type, row.credit] += row.points
    is_closed = tx.now >= day_begins(ends_on, zone) + CLOSES_AFTER
    return Journal(zone.key, is_closed, rows, debits, credits_)
