"""What a batch says: events that somebody here hears, records that cannot be understood, and where
to stop.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from chassis.bus.codec import Codec, Newer, Unreadable, check_size
from chassis.bus.message import Record
from contracts.events.base import Event


class Stop(Exception):
    """The consumer must not go on; a person has to look. `reason` is what it is counted by."""

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(why)
        self.reason = reason


@dataclass(frozen=True)
class Unfit:
    """A record that is put aside: why, and where in our code it was refused. Never what it says."""

    record: Record
    reason: str
    detail: str = ""
    error: BaseException | None = field(default=None, compare=False)


@dataclass
class Reading:
    """The part of a batch up to where it can be worked off. `last`: the record it ends with, None:
    nothing of it.
    """

    parked_in_a_row: int
    events: list[Event] = field(default_factory=list)
    unfit: list[Unfit] = field(default_factory=list)
    last: Record | None = None
    stop: Stop | None = None


class Reader:
    """Reads records as one consumer needs them."""

    def __init__(
        self, heard: Collection[type[Event]], codec: Codec, parked_in_a_row_max: int
    ) -> None:
        self._heard = frozenset(heard)
        self._codec = codec
        self._parked_max = parked_in_a_row_max

    def read(self, records: Sequence[Record], parked_in_a_row: int) -> Reading:
        """Read on, counting what is parked in a row, until the end, a newer version or one parked
        too many.
        """
        reading = Reading(parked_in_a_row)
        for record in records:
            try:
                self._read_one(record, reading)
            except Newer as newer:
                reading.stop = Stop("newer_version", f"newer version: {newer}")
            if reading.stop:
                return reading
            reading.last = record
        return reading

    def _read_one(self, record: Record, reading: Reading) -> None:
        try:
            check_size(record)
            event = self._codec.class_of(record)
            if event in self._heard:
                reading.events.append(self._codec.decode_as(event, record))
                reading.parked_in_a_row = 0
        except Unreadable as unreadable:
            reading.stop = self.too_many(reading.parked_in_a_row + 1)
            if reading.stop is None:
                reading.parked_in_a_row += 1
                reading.unfit.append(
                    Unfit(record, unreadable.reason, unreadable.detail, unreadable)
                )

    def too_many(self, parked_in_a_row: int) -> Stop | None:
        """Whether so many say that the fault is ours."""
        if parked_in_a_row <= self._parked_max:
            return None
        why = f"more than {self._parked_max} records in a row could not be understood"
        return Stop("parked", why)
