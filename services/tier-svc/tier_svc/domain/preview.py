"""Who would stand elsewhere if a version were published (T8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tier_svc.domain import intervals
from tier_svc.domain.publications import Known, Publication, grounds_of
from tier_svc.domain.timeline import told_timeline


@dataclass(frozen=True, slots=True)
class Move:
    """A member's tier at an instant by what is in force, and by what would be; until when that
    holds. `differs_from` is the first instant at which the two read differently.
    """

    member_id: str
    before: str
    after: str
    until: datetime | None
    differs_from: datetime


def move(
    before: Sequence[Publication], made: Publication, known: Known, at: datetime
) -> Move | None:
    """How a publication would move a member; nothing where their whole timeline reads alike."""
    was = told_timeline(grounds_of(before, known))
    now = told_timeline(grounds_of([*before, made], known))
    differs_at = intervals.differs_from(was, now)
    if differs_at is None:
        return None
    old, new = (told[intervals.at(told, at) or 0] for told in (was, now))
    return Move(known.member_id, old.tier, new.tier, new.to_at, differs_at)
