"""What a posting rests on, as the compact binary that it carries: enough to rate it again and to
explain it.
"""

from datetime import datetime
from typing import TypeVar

import msgspec


class Line(msgspec.Struct, array_like=True, frozen=True):
    """One line of a purchase: `net_minor` of all its `units`."""

    line_id: str
    units: int
    net_minor: int


class Rate(msgspec.Struct, array_like=True, frozen=True):
    """The tier that a purchase was rated with, and the told interval that said so (none: the base
    tier).
    """

    tier: str
    told_from: datetime | None = None
    told_seq: int = 0


class AccrualBasis(msgspec.Struct, array_like=True, frozen=True):
    """An accrual's own: the lines as bought, in which currency, and the first rate."""

    lines: tuple[Line, ...]
    rate: Rate
    is_before_enrolment: bool = False
    currency: str = ""


class ChangeBasis(msgspec.Struct, array_like=True, frozen=True):
    """A reversal's or re-rating's own: its purchase, the rate used, the returns known then in their
    order, the sums.
    """

    purchase_fact_id: str
    rate: Rate
    returns: tuple[str, ...]
    target: int
    posted: int


class DecisionBasis(msgspec.Struct, array_like=True, frozen=True):
    """A decision's own: who asked for it, in which request, under which name, and why: a
    purpose, or free text with a code of its own.
    """

    actor: str
    request_id: str
    name: str
    reason: str
    reason_code: str = ""


class Portion(msgspec.Struct, array_like=True, frozen=True):
    """One lot's part of a movement: `points` taken from what remains of it (negative: given back to
    it), and what that adds to its expired part (negative: taken out of it).
    """

    lot_id: str
    points: int
    expired: int = 0


S = TypeVar("S", AccrualBasis, ChangeBasis, DecisionBasis, tuple[Portion, ...])

packed = msgspec.msgpack.Encoder().encode


def unpacked(raw: bytes, kind: type[S]) -> S:
    """A value read back from its binary."""
    return msgspec.msgpack.decode(raw, type=kind)
