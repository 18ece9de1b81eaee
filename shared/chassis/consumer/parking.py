"""Puts records aside that could not be understood, whole, in the transaction that goes past
them.
"""

from collections.abc import Sequence

from chassis.bus.message import Place, pack_record
from chassis.consumer.reading import Unfit
from chassis.tx import Tx

PARK = """
INSERT INTO parked (
    consumer, topic, incarnation, partition, record_offset,
    event_type, reason, detail, record, parked_at
)
SELECT
    :consumer, :topic, :incarnation, :partition, u.record_offset,
    u.event_type, u.reason, u.detail, u.record, now()
FROM unnest(
    CAST(:offsets AS bigint[]), CAST(:event_types AS text[]), CAST(:reasons AS text[]),
    CAST(:details AS text[]), CAST(:records AS bytea[])
) AS u(record_offset, event_type, reason, detail, record)
ON CONFLICT (consumer, topic, incarnation, partition, record_offset, sha256(record)) DO NOTHING
"""

EVENT_TYPE_MAX = 200


async def park(tx: Tx, consumer: str, place: Place, unfit: Sequence[Unfit]) -> None:
    """Keep these records with their reasons."""
    if not unfit:
        return
    await tx.execute(
        "park_records",
        PARK,
        consumer=consumer,
        **place._asdict(),
        offsets=[one.record.offset for one in unfit],
        event_types=[_event_type(one) for one in unfit],
        reasons=[one.reason for one in unfit],
        details=[one.detail for one in unfit],
        records=[pack_record(one.record) for one in unfit],
    )


def _event_type(unfit: Unfit) -> str:
    return unfit.record.header("ce_type").replace("\0", "\N{REPLACEMENT CHARACTER}")[
        :EVENT_TYPE_MAX
    ]


def whereabouts(error: BaseException) -> str:
    """The kind of an error and the line of code that raised it: enough to find it, and nothing of
    what it was about.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    module = trace.tb_frame.f_globals.get("__name__", "?")
    return f"{type(error).__name__} in {module}:{trace.tb_lineno}"
