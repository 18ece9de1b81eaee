"""When a member was there last: points of a type with `inactivity_months` are gone once nothing was
bought or done for so long (P2). It is a date of the member, not of a lot.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from points_svc.domain.rules import RuleBook
from points_svc.domain.wall_time import add_months


class Presence:
    """The instants of a member's purchases and activities, in order, for one point type.

    Each keeps the points for the months of the version in force then; one at the very instant at
    which they are gone comes too late for them. What came back counts: somebody was there.
    """

    def __init__(self, instants: Sequence[datetime], rules: RuleBook, point_type: str) -> None:
        kept_until = [_kept_until(at, rules, point_type) for at in instants]
        following = (*instants[1:], None) if instants else ()
        self._ends = [
            end
            for end, then in zip(kept_until, following, strict=True)
            if end is not None and (then is None or then >= end)
        ]

    def lost_at(self, since: datetime) -> datetime | None:
        """When points of an instant were or will be lost, as far as is known; None: never."""
        place = bisect_right(self._ends, since)
        return self._ends[place] if place < len(self._ends) else None


def _kept_until(at: datetime, rules: RuleBook, point_type: str) -> datetime | None:
    version = rules.in_force(at)
    rule = version.of(point_type)
    months = rule.terms.inactivity_months if rule else None
    return None if months is None else add_months(at, months, version.zone)
