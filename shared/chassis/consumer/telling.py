"""What a consumer tells the engineer on call: whether it goes on, and why not; one line for each
batch, and one for each record that it parks.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from chassis import metrics
from chassis.bus.message import Batch, Place
from chassis.consumer.reading import Stop, Unfit
from chassis.logs import logger, trail

UNREACHABLE = "unreachable"
FAULT = "fault"
REASONS = ("gap", "newer_version", "parked", FAULT, UNREACHABLE)
"""Why a consumer does not go on; all but the last until a person has looked."""

ID_MAX = 64


@dataclass
class Tally:
    """What happened on the way through a batch: records parked, races lost, tries that failed."""

    parked: int = 0
    races: int = 0
    failed: int = 0


def goes_on(consumer: str) -> None:
    """The consumer reads."""
    _stands_still(consumer, "")


def _stands_still(consumer: str, because: str) -> None:
    for reason in REASONS:
        metrics.CONSUMER_STOPPED.labels(consumer, reason).set(reason == because)


def stopped(consumer: str, place: Place, stop: Stop) -> None:
    """A person has to look."""
    _stands_still(consumer, stop.reason)
    logger().critical(
        "consumer stopped",
        consumer=consumer,
        reason=stop.reason,
        why=str(stop),
        trail=trail(stop.__cause__),
        **place._asdict(),
    )


def ended(consumer: str) -> None:
    """The consumer's loop came to an end by a fault of ours; the loop tells which."""
    _stands_still(consumer, FAULT)


class Waiting:
    """A consumer waits for its bus. Whoever has just started waits calmly, in one line: the authors
    whose logs it reads may be starting beside it. A wait that lasts longer, or for a bus that was
    there before, is a warning at each try. The metric tells every wait at once.
    """

    def __init__(self, consumer: str, calm_s: float) -> None:
        self._consumer = consumer
        self._calm_until = time.monotonic() + calm_s
        self._is_told = False

    def over(self) -> None:
        """There is a bus; who loses it waits no longer calmly."""
        self._calm_until = 0.0
        goes_on(self._consumer)

    def tell(self, error: Exception) -> None:
        """The bus or the database does not answer now; it is waited for."""
        _stands_still(self._consumer, UNREACHABLE)
        if time.monotonic() >= self._calm_until:
            logger().warning("consumer", consumer=self._consumer, state="no bus", error=str(error))
        elif not self._is_told:
            logger().info("consumer", consumer=self._consumer, state="starting")
        self._is_told = True


def batch(consumer: str, worked_off: Batch, seconds: float, tally: Tally) -> None:
    """A batch was worked off."""
    place, n = worked_off.place, len(worked_off.records)
    metrics.BATCH_RECORDS.labels(consumer, place.topic).observe(n)
    metrics.BATCH_SECONDS.labels(consumer, place.topic).observe(seconds)
    logger().info(
        "batch",
        consumer=consumer,
        topic=place.topic,
        partition=place.partition,
        n=n,
        ms=round(seconds * 1_000, 1),
        parked=tally.parked,
        races=tally.races,
        failed=tally.failed,
    )


def again(consumer: str, place: Place, passing: Exception) -> None:
    """A batch will be read again: something passing came between."""
    logger().info(
        "batch",
        consumer=consumer,
        topic=place.topic,
        partition=place.partition,
        state="again",
        error=type(passing).__name__,
    )


def parked(consumer: str, place: Place, unfit: Sequence[Unfit]) -> None:
    """These records were put aside."""
    for one in unfit:
        metrics.PARKED.labels(consumer, one.reason).inc()
        logger().error(
            "parked",
            consumer=consumer,
            topic=place.topic,
            partition=place.partition,
            offset=one.record.offset,
            event_id=one.record.header("ce_id")[:ID_MAX],
            reason=one.reason,
            detail=one.detail,
            trail=trail(one.error),
        )
