"""Have things said again: for a broker that lost its data, or a consumer that must hear anew."""

from fastapi import Response

from chassis.bus import demands
from chassis.http.bodies import Body, Instant, View
from chassis.http.problems import NotFound
from chassis.http.route import Router, TxDep, located
from chassis.parked import number_of
from chassis.tx import Row

ACCEPTED = 202


class RepublishBody(Body):
    """From when on; without it, everything that the outbox still keeps."""

    since: Instant | None = None


class RepublishView(View):
    """A demand: `open` while the relay works it off, `done` once all of it is on its way. `rows`:
    how many of the outbox's rows, a transaction each, were taken up so far.
    """

    republish_id: str
    since: Instant | None
    state: str
    rows: int
    demanded_at: Instant
    done_at: Instant | None


def republish_router(service: str) -> Router:
    """POST /v1/{service}/outbox/republish and GET …/republish/{republish_id}, scope `ops`."""
    router = Router(tags=[service])
    path = f"/{service}/outbox/republish"

    @router.post(
        path,
        scope="ops",
        status_code=ACCEPTED,
        also={ACCEPTED: located("The relay works it off beside what is new.")},
    )
    async def say_again(body: RepublishBody, tx: TxDep, response: Response) -> RepublishView:
        """Say again what the outbox keeps. Asked again while it is open, it is the same demand."""
        view = view_of(await demands.demand(tx, body.since))
        response.headers["Location"] = f"/v1{path}/{view.republish_id}"
        return view

    @router.get(path + "/{republish_id}", scope="ops", refuses=(NotFound,))
    async def show_republish(republish_id: str, tx: TxDep) -> RepublishView:
        """How far a demand is."""
        found = await demands.find(tx, number_of(republish_id))
        if found is None:
            raise NotFound
        return view_of(found)

    return router


def view_of(demand: Row) -> RepublishView:
    """The demand as it is shown."""
    return RepublishView(
        republish_id=str(demand.id),
        since=demand.since,
        state="open" if demand.done_at is None else "done",
        rows=demand.again,
        demanded_at=demand.demanded_at,
        done_at=demand.done_at,
    )
