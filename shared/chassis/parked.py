"""Records that could not be understood: people look at them, and have them retried or dropped."""

from collections.abc import Sequence
from typing import Any, ClassVar

from chassis.bus.codec import CATALOG, Newer, Unreadable
from chassis.bus.message import unpack_record
from chassis.consumer.dispatch import dispatch
from chassis.http.bodies import Instant, View
from chassis.http.page import PageDep
from chassis.http.problems import NotFound
from chassis.http.route import Router, TxDep
from chassis.subscription import Subscription
from chassis.tx import Row, Tx
from contracts.refusal import Refusal

LIST = """
SELECT id, consumer, topic, incarnation, partition, record_offset, event_type, reason, detail,
    record, parked_at, state
FROM parked WHERE state = 'parked' AND id > :after ORDER BY id LIMIT :limit
"""

TAKE = """
SELECT id, consumer, topic, incarnation, partition, record_offset, event_type, reason, detail,
    record, parked_at, state
FROM parked WHERE id = :id FOR UPDATE
"""

SETTLE = """
UPDATE parked SET state = :state, settled_at = now(), settled_by = :settled_by WHERE id = :id
"""

ID_DIGITS_MAX = 18


class StillUnreadable(Refusal):
    """Tried again, and no better: the record stays parked."""

    code: ClassVar[str] = "still_unreadable"
    title: ClassVar[str] = "The record still cannot be understood."


class AlreadySettled(Refusal):
    """The record was retried before it was to be dropped, or the other way round."""

    code: ClassVar[str] = "parked_already_settled"
    title: ClassVar[str] = "The record has been settled otherwise."


class ParkedView(View):
    """A parked record: where it was and why it was put aside. What it says is never shown."""

    parked_id: str
    topic: str
    partition: int
    offset: int
    event_id: str
    event_type: str
    reason: str
    detail: str
    size_bytes: int
    parked_at: Instant
    state: str


async def waiting(tx: Tx, after: int, limit: int) -> list[Row]:
    """What is parked, oldest first, behind id `after`."""
    return await tx.execute("list_parked", LIST, after=after, limit=limit)


async def retry(tx: Tx, subscriptions: Sequence[Subscription], parked_id: int) -> Row:
    """Give the record to its handlers, whatever its size, as if it had just come. Once.

    Refusals: NotFound, StillUnreadable, AlreadySettled. A handler that fails leaves it parked.
    """
    row = await _taken(tx, parked_id, "retried")
    if row.state == "parked":
        try:
            event = CATALOG.decode(unpack_record(row.record))
        except (Unreadable, Newer) as error:
            raise StillUnreadable from error
        await dispatch(tx, subscriptions, [event])
        await _settle(tx, parked_id, "retried")
    return await _taken(tx, parked_id, "retried")


async def drop(tx: Tx, parked_id: int) -> Row:
    """Never mind this record. Refusals: NotFound, AlreadySettled."""
    row = await _taken(tx, parked_id, "dropped")
    if row.state == "parked":
        await _settle(tx, parked_id, "dropped")
    return await _taken(tx, parked_id, "dropped")


async def _taken(tx: Tx, parked_id: int, wanted: str) -> Row:
    rows = await tx.execute("take_parked", TAKE, id=parked_id)
    if not rows:
        raise NotFound
    if rows[0].state not in {"parked", wanted}:
        raise AlreadySettled
    return rows[0]


async def _settle(tx: Tx, parked_id: int, state: str) -> None:
    await tx.execute("settle_parked", SETTLE, id=parked_id, state=state, settled_by=tx.cause.actor)


def parked_router(service: str, subscriptions: Sequence[Subscription]) -> Router:
    """GET /v1/{service}/parked, POST …/parked/{parked_id}/retry and …/drop, scope `ops`."""
    router = Router(tags=[service])
    path = f"/{service}/parked"

    async def list_parked(tx: TxDep, page: PageDep) -> dict[str, Any]:
        """Records that could not be understood, oldest first."""
        after = int(page.after[0]) if page.after else 0
        rows = await waiting(tx, after, page.limit + 1)
        shown = [view_of(row) for row in rows[: page.limit]]
        more = [rows[page.limit - 1].id] if len(rows) > page.limit else None
        return page.answer(shown, more)

    async def retry_parked(parked_id: str, tx: TxDep) -> ParkedView:
        """Hear a parked record again."""
        return view_of(await retry(tx, subscriptions, number_of(parked_id)))

    async def drop_parked(parked_id: str, tx: TxDep) -> ParkedView:
        """Put a parked record to rest. It is never heard."""
        return view_of(await drop(tx, number_of(parked_id)))

    settling = (NotFound, AlreadySettled)
    router.get(path, scope="ops")(list_parked)
    router.post(path + "/{parked_id}/retry", scope="ops", refuses=(*settling, StillUnreadable))(
        retry_parked
    )
    router.post(path + "/{parked_id}/drop", scope="ops", refuses=settling)(drop_parked)
    return router


def number_of(parked_id: str) -> int:
    """The id's number. Refusals: NotFound for what was never one of ours."""
    if not (parked_id.isascii() and parked_id.isdigit() and len(parked_id) <= ID_DIGITS_MAX):
        raise NotFound
    return int(parked_id)


def view_of(row: Row) -> ParkedView:
    """The row as it is shown."""
    record = unpack_record(row.record)
    return ParkedView(
        parked_id=str(row.id),
        topic=row.topic,
        partition=row.partition,
        offset=row.record_offset,
        event_id=record.header("ce_id")[:64],
        event_type=row.event_type,
        reason=row.reason,
        detail=row.detail,
        size_bytes=len(record.body),
        parked_at=row.parked_at,
        state=row.state,
    )
