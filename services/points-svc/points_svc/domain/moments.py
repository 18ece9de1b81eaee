"""Ids that begin with their moment, so that the ledger's only key is also its order in time.

The layout is UUIDv7's: 48 bits of milliseconds, then bits of a hash instead of chance, so that an
id is the same whenever it is made again.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from contracts.ids import FactId

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return (at - EPOCH) // MILLISECOND


def moment_id(at: datetime, *names: str) -> FactId:
    """The id of what happened `at` under these names. It sorts as text by its millisecond."""
    digest = int.from_bytes(hashlib.sha256("\0".join(names).encode()).digest()[:10], "big")
    bits = (milliseconds(at) << 80) | digest
    bits = (bits & ~(0xF << 76)) | (0x7 << 76)
    bits = (bits & ~(0x3 << 62)) | (0x2 << 62)
    text = f"{bits:032x}"
    return FactId(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")


def first_id(at: datetime) -> FactId:
    """Sorts at or before every id of `at` and later, and after every id of an earlier
    millisecond.
    """
    text = f"{milliseconds(at):012x}"
    return FactId(f"{text[:8]}-{text[8:]}")
