"""Gaps at which a consumer has stopped: people look at them, and let it go on."""

from typing import Any

from chassis.consumer import gaps
from chassis.http.bodies import Instant, View
from chassis.http.page import PageDep
from chassis.http.problems import NotFound
from chassis.http.route import Router, TxDep
from chassis.parked import number_of
from chassis.tx import Row


class GapView(View):
    """Offsets of a partition, `from_offset` up to `to_offset` without it, that were never read."""

    gap_id: str
    topic: str
    partition: int
    from_offset: int
    to_offset: int
    noticed_at: Instant
    state: str


def gaps_router(service: str) -> Router:
    """GET /v1/{service}/gaps and POST …/gaps/{gap_id}/accept, scope `ops`."""
    router = Router(tags=[service])
    path = f"/{service}/gaps"

    @router.get(path, scope="ops")
    async def list_gaps(tx: TxDep, page: PageDep) -> dict[str, Any]:
        """Gaps at which the consumer stands, oldest first."""
        after = int(page.after[0]) if page.after else 0
        rows = await gaps.waiting(tx, after, page.limit + 1)
        more = [rows[page.limit - 1].id] if len(rows) > page.limit else None
        return page.answer([view_of(row) for row in rows[: page.limit]], more)

    @router.post(path + "/{gap_id}/accept", scope="ops", refuses=(NotFound,))
    async def accept_gap(gap_id: str, tx: TxDep) -> GapView:
        """Let the consumer go on behind a gap. What lay in it is not heard here."""
        accepted = await gaps.accept(tx, number_of(gap_id))
        if accepted is None:
            raise NotFound
        return view_of(accepted)

    return router


def view_of(gap: Row) -> GapView:
    """The gap as it is shown."""
    return GapView(
        gap_id=str(gap.id),
        topic=gap.topic,
        partition=gap.partition,
        from_offset=gap.next_offset,
        to_offset=gap.found_offset,
        noticed_at=gap.noticed_at,
        state="open" if gap.accepted_at is None else "accepted",
    )
