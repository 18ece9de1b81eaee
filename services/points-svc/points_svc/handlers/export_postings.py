"""Give out the postings of a period."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.tx import Begin, Cause
from points_svc.domain.reports import Exported
from points_svc.domain.wall_time import day_begins
from points_svc.store import exports, programme
from points_svc.store.exports import FIRST, LAST

PAGES_MAX = 10_000_000


@dataclass(frozen=True)
class ExportAsk:
    """The days [begins_on, ends_on) of recording in the programme's zone, and how many rows are
    looked at in one transaction.
    """

    begins_on: date
    ends_on: date
    rows: int


async def export_postings(
    begin: Begin, cause: Cause, ask: ExportAsk
) -> AsyncIterator[Sequence[Exported]]:
    """The postings of a period by their key, page by page, each in a short transaction: neither
    memory nor a statement grows with the ledger. What is recorded meanwhile is given out if its key
    is still to come; a closed period is whole.
    """
    async with begin(cause) as tx:
        zone = await programme.zone_now(tx)
    period = day_begins(ask.begins_on, zone), day_begins(ask.ends_on, zone)
    after = FIRST
    for _ in range(PAGES_MAX):
        async with begin(cause) as tx:
            end = await exports.page_ends(tx, after, ask.rows)
            page = await exports.postings_up_to(tx, after, end, period)
        yield page
        if end == LAST:
            return
        after = end
