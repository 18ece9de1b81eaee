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


class TierExpiring(Event):
    """A member's tier of a ladder runs out at `until`, and a lower one follows: `next_tier`.

    Said once per member, ladder and `until`, so many `days` before (a part of one counts whole), by
    what was known then. A later TierChanged that moves the end takes it back; no end is named
    twice.
    `occurred_at` is when it was said.
    """

    topic: ClassVar[str] = "loyalty.tiers"
    author: ClassVar[str] = "tier-svc"

    ladder: str
    tier: str
    until: datetime
    days: int
    next_tier: str


class LadderPublished(Event):
    """A version of a ladder was put in force from `effective_from` on, or withdrawn: then standings
    are as if it had never been. Without `effective_from`: from the beginning of time.

    It is of no member: `member_id` is empty. `tiers` from the lowest; it concerns
    `share_percent` of the members, who come over by `migration` (`full`, `upward_only`,
    `next_evaluation`).
    Whoever reads differently is told by TierChanged. `version` is the ladder's.
    """

    topic: ClassVar[str] = "loyalty.tiers"
    author: ClassVar[str] = "tier-svc"

    ladder: str
    tiers: tuple[str, ...]
    migration: str
    share_percent: int
    effective_from: datetime | None = None
    is_withdrawn: bool = False
