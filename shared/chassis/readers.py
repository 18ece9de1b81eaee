"""Who reads this service's log on the bus of one machine: people look, and forget who is gone."""

from collections.abc import Sequence

from chassis.bus import readers
from chassis.http.bodies import Instant, RefPath, View
from chassis.http.problems import NotFound
from chassis.http.route import Router, TxDep


class ReaderView(View):
    """A reader of the log: its topics, how many records it has still to read, and when it last said
    so.
    """

    reader: str
    topics: Sequence[str]
    behind: int
    seen_at: Instant


class ReadersView(View):
    """Every known reader. Over Kafka there are none: the broker keeps a topic for its own time."""

    items: Sequence[ReaderView]


class ForgottenView(View):
    """The reader that is waited for no longer."""

    reader: str


def readers_router(service: str) -> Router:
    """GET /v1/{service}/readers and POST …/readers/{reader}/forget, scope `ops`."""
    router = Router(tags=[service])
    path = f"/{service}/readers"

    @router.get(path, scope="ops")
    async def list_readers(tx: TxDep) -> ReadersView:
        """Who reads this service's log, and how far behind each is."""
        return ReadersView(
            items=[ReaderView.model_validate(row) for row in await readers.known(tx)]
        )

    @router.post(path + "/{reader}/forget", scope="ops", refuses=(NotFound,))
    async def forget_reader(reader: RefPath, tx: TxDep) -> ForgottenView:
        """Keep nothing for a reader that is gone for good."""
        if not await readers.forget(tx, reader):
            raise NotFound
        return ForgottenView(reader=reader)

    return router
