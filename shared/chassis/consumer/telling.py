"""What a consumer tells the engineer on call: whether it goes on, and why not."""

from chassis import metrics
from chassis.bus.message import Place
from chassis.consumer.reading import Stop
from chassis.logs import logger

UNREACHABLE = "unreachable"
REASONS = ("gap", "newer_version", "parked", UNREACHABLE)
"""Why a consumer does not go on: the first three until a person has looked."""


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
        **place._asdict(),
    )


def unreachable(consumer: str, error: Exception) -> None:
    """The bus or the database does not answer now; it is waited for."""
    _stands_still(consumer, UNREACHABLE)
    logger().warning("consumer", consumer=consumer, state="no bus", error=str(error))
