"""Ids that begin with their moment, so that the ledger's only key is also its order in time.

The layout is UUIDv7's: 48 bits of milliseconds, then bits of a hash instead of chance, so that an
id is the same whenever it is made again.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from contracts.ids import FactId

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
"""A hexadecimal digit whose first two bits say that the layout is a UUID's."""


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return (at - EPOCH) // MILLISECOND


def moment_id(at: datetime, *names: str) -> FactId:
    """The id of what happened `at` under these names. It sorts as text by its millisecond."""
    moment = f"{milliseconds(at):012x}"
    digest = hashlib.sha256("\0".join(names).encode()).hexdigest()
    variant = VARIANT[digest[4]]
    return FactId(f"{moment[:8]}-{moment[8:]}-7{digest[1:4]}-{variant}{digest[5:8]}-{digest[8:20]}")


def first_id(at: datetime) -> FactId:
    """Sorts at or before every id of `at` and later, and after every id of an earlier
    millisecond.
    """
    text = f"{milliseconds(at):012x}"
    return FactId(f"{text[:8]}-{text[8:]}")
