"""Have things said again: for a broker that lost its data, or a consumer that must hear anew."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from chassis.bus import outbox
from chassis.http.bodies import Body, Instant, View
from chassis.http.route import BeginDep, CauseDep, Router
from chassis.tx import Cause, Tx

UNMARK_MAX = 10_000

Begins = Callable[[Cause], AbstractAsyncContextManager[Tx]]


async def republish(begin: Begins, cause: Cause, since: datetime | None) -> int:
    """Mark everything unsent that was written since then (None: all that is kept); how many rows.

    The relay sends it by itself. Records come twice to whoever had them, which changes nothing.
    """
    async with begin(cause) as tx:
        before = await outbox.moment(tx)
    total = 0
    while True:
        async with begin(cause) as tx:
            unmarked = await outbox.unmark(tx, since, before, UNMARK_MAX)
        total += unmarked
        if unmarked < UNMARK_MAX:
            return total


class RepublishBody(Body):
    """From when on; without it, everything that the outbox still keeps."""

    since: Instant | None = None


class RepublishView(View):
    """How many of the outbox's rows, a transaction each, will be said again."""

    rows: int


def republish_router(service: str) -> Router:
    """POST /v1/{service}/outbox/republish, scope `ops`."""
    router = Router(tags=[service])

    @router.post(f"/{service}/outbox/republish", scope="ops")
    async def say_again(body: RepublishBody, begin: BeginDep, cause: CauseDep) -> RepublishView:
        return RepublishView(rows=await republish(begin, cause, body.since))

    return router
