"""What tier-svc says of standings."""

from datetime import datetime
from typing import ClassVar

import msgspec

from contracts.events.base import Event
from contracts.ids import FactId


class TierInterval(msgspec.Struct, frozen=True, kw_only=True):
    """A member is in `tier` in [from_at, to_at); `to_at` is empty where nothing ends it.

    `ordinal` is the n-th unbroken time in that tier (B2): the cycle of benefits that are granted
    once per stay.
    `rank` is 0 for the lowest tier of the ladder. `fact_id` names the fact that began it, where one
    did.
    """

    tier: str
    rank: int
    ordinal: int
    from_at: datetime
    to_at: datetime | None = None
    reason: str
    fact_id: FactId | None = None


class TierChanged(Event):
    """A member's timeline reads differently from `from_at` on.

    `seq` counts a member's messages of one ladder. `intervals` cover [from_at, ∞) without gap, up
    to the last
    projected change. For each instant the message with the highest `seq` that covers it is true.
    `occurred_at` is `from_at`.
    """

    topic: ClassVar[str] = "loyalty.tiers"
    author: ClassVar[str] = "tier-svc"

    ladder: str
    seq: int
    from_at: datetime
    intervals: tuple[TierInterval, ...]
