"""What is known of a member when a fact is rated: tiers, segments, the first purchase (P5, P6)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from points_svc.domain.basis import Rate
from points_svc.domain.facts import Purchased
from points_svc.domain.rules import Rules
from points_svc.domain.segments import Heard, segments_before
from points_svc.domain.tiers import Timeline, Told, rating_tier

FactKey = tuple[datetime, str]
NO_LADDERS: Mapping[str, Timeline] = {}


class Standing(NamedTuple):
    """Of one member: told timelines by ladder, what was heard of segments, and the first of all
    purchases ever heard, by (occurred_at, fact id).
    """

    ladders: Mapping[str, Timeline] = NO_LADDERS
    segments: Sequence[Heard] = ()
    first: FactKey | None = None

    def rate(self, purchase: Purchased) -> Rate:
        """What rates this purchase or activity."""
        told = rating_tier(self.ladders, purchase.occurred_at, purchase.rules.ladder)
        key = (purchase.occurred_at, purchase.fact_id)
        is_before = purchase.basis.is_before_enrolment
        return self.rated(told, key, purchase.rules, is_before)

    def rated(self, told: Told | None, key: FactKey, rules: Rules, is_before: bool) -> Rate:
        """By the tier told for just before the fact; the base tier before enrolment or untold (P6).
        Segments and the first purchase where the version looks at them.
        """
        segments: tuple[str, ...] = ()
        is_first = False
        if "segment" in rules.reads and not is_before:
            segments = segments_before(self.segments, key[0])
        if "first_purchase" in rules.reads:
            is_first = self.first is None or key <= self.first
        if told is None or is_before:
            return Rate(rules.base_tier, None, 0, segments, is_first)
        return Rate(told.tier, told.from_at, told.seq, segments, is_first)


NOBODY = Standing()
