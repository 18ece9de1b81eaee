"""When a told timeline leads lower (T9)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from tier_svc.domain.intervals import Interval

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fall:
    """The member stands in `tier` until `until`, and then in the lower `next_tier`. `version` is of
    the ladder that gave the tier.
    """

    tier: str
    until: datetime
    next_tier: str
    version: int

    def days_left(self, now: datetime) -> int:
        """Days until then, a part of one as a whole."""
        return -((now - self.until) // DAY)


def falls(told: Sequence[Interval], after: datetime) -> Iterator[Fall]:
    """Every change to a lower tier after an instant, in order. Another ordinal is none, nor is a
    tier that a later version ranks lower.
    """
    for one, following in pairwise(told):
        if following.from_at > after and following.rank < one.rank and following.tier != one.tier:
            yield Fall(one.tier, following.from_at, following.tier, one.version)


def falls_at(told: Sequence[Interval], after: datetime) -> datetime | None:
    """The first of them."""
    return next((fall.until for fall in falls(told, after)), None)
