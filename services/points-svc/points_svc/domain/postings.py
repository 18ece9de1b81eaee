"""Postings: one movement from one account to another, chained by hash to the one before it (P1,
P13).
"""

import hashlib
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from points_svc.domain.basis import packed

AVAILABLE, PENDING, HELD, DEFICIT = "available", "pending", "held", "deficit"
ISSUANCE, BURN, EXPIRY, ADJUSTMENT = "issuance", "burn", "expiry", "adjustment"
TRANSFER = "transfer"
"""On the way from one member to another: stands at zero after every transaction."""

NO_HEAD = bytes(32)


class Movement(Struct, frozen=True, gc=False):
    """What is to be posted: `points` from `debit` to `credit`, because of a fact. A lot has
    `available_from`.
    """

    kind: str
    debit: str
    credit: str
    points: int
    fact_id: str
    occurred_at: datetime
    rule_version: int | None = None
    revision: int = 0
    available_from: datetime | None = None
    expires_at: datetime | None = None
    basis: bytes | None = None


class Posting(NamedTuple):
    """One row of the ledger. It sums to zero by construction: what leaves `debit` reaches `credit`.

    `part` tells the postings of one fact apart: the lot itself is named by its point type alone,
    which is what keeps a fact from counting twice; every other bears its `seq` too. `hash` covers
    all fields and the head before.
    """

    member_id: str
    fact_id: str
    part: str
    point_type: str
    kind: str
    debit: str
    credit: str
    points: int
    occurred_at: datetime
    recorded_at: datetime
    rule_version: int | None
    revision: int
    available_from: datetime | None
    expires_at: datetime | None
    seq: int
    available_after: int
    basis: bytes | None
    hash: bytes

    @property
    def posting_id(self) -> str:
        """The posting's public name."""
        return posting_id(self.fact_id, self.part)


class Draw(NamedTuple):
    """What a posting took from a lot (negative: gave back), and what that added to the lot's
    expired part.
    """

    member_id: str
    lot_id: str
    fact_id: str
    part: str
    point_type: str
    points: int
    expired: int


def part_of(point_type: str, seq: int) -> str:
    """The part of every posting but a lot; sorts by seq."""
    return f"{point_type}-{seq:010d}"


def posting_id(fact_id: str, part: str) -> str:
    """A posting's public name."""
    return f"{fact_id}.{part}"


def chained(head: bytes, fields: tuple[object, ...]) -> bytes:
    """The hash of a posting: SHA-256 over the head before it and all its fields but the hash, as
    MessagePack.
    """
    return hashlib.sha256(head + packed(fields)).digest()
