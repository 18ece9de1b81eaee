"""Whole numbers only (E6): points are integers, money is minor units and an ISO 4217 code."""

from typing import NewType

import msgspec

Points = NewType("Points", int)

POINTS_MAX = 1_000_000_000
BALANCE_MAX = 2**53 - 1
AMOUNT_MINOR_MAX = 10**12


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """An amount of money. Its sign is never negative; the operation says which way it moves."""

    amount_minor: int
    currency: str
