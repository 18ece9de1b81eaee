"""Lots: what one fact brought of one point type, with its own time, and the order in which they are
drawn on (P2, P3).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec import Struct

from points_svc.domain.basis import Portion

NEVER = datetime.max.replace(tzinfo=UTC)
OPEN, PENDING, ACTIVATED, FORFEITED = "open", "pending", "activated", "forfeited"
"""A lot is available from its posting on; or it waits, until it became available or was forfeit."""


class Lot(Struct, frozen=True, gc=False):
    """The points of one fact. `remaining` can be drawn on unless the lot is pending; `expired` is
    what of it was lost to time.

    A pending lot becomes available at `available_from`, or is forfeit then; sooner, if it `awaits`
    an activity and one comes. `away_since`: when it was lost because its member had been away too
    long, unless that was taken back; only absences that end after `counted_from` count where it was
    reinstated by hand.
    """

    lot_id: str
    occurred_at: datetime
    available_from: datetime
    expires_at: datetime | None
    granted: int
    remaining: int
    expired: int
    stage: str = OPEN
    awaits: str = ""
    forfeits: bool = False
    away_since: datetime | None = None
    counted_from: datetime | None = None

    @property
    def is_pending(self) -> bool:
        """Whether what remains of it cannot be burned yet."""
        return self.stage == PENDING

    @property
    def next_at(self) -> datetime | None:
        """When time changes something about it next: it becomes available or ends."""
        if self.stage != PENDING:
            return self.expires_at
        return min(self.available_from, self.expires_at or NEVER)

    def is_due(self, at: datetime) -> bool:
        """Whether time has something to do with it by `at`: judged then (P3, P4)."""
        next_at = self.next_at
        return bool(self.remaining) and next_at is not None and next_at <= at

    def has_ended(self, at: datetime) -> bool:
        """Whether its time is over at `at`: judged then, never by whether a sweep has run (P3).

        That it has begun is not asked of a clock: what is posted into `available` can be drawn on
        from its posting on, also by a host whose clock is behind the one that posted it (I16).
        """
        return self.expires_at is not None and self.expires_at <= at


class Unread(NamedTuple):
    """What is left in lots of an account that were not read: `points`, and how old those at most
    are that end, and those that never do. None: nobody counted, the bounds hold for all lots.
    """

    points: int | None
    open_from: datetime | None
    never_from: datetime | None


class Share(NamedTuple):
    """A part of a posting: points of a lot that ended then at `expires_at`."""

    expires_at: datetime | None
    points: int


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two instants, either of which may be missing."""
    if one is None or other is None:
        return one or other
    return min(one, other)


def burn_order(lot: Lot) -> tuple[datetime, datetime, datetime, str]:
    """Sorts lots as they are drawn on: soonest to expire first and never last, then availability,
    age and id.
    """
    return (lot.expires_at or NEVER, lot.available_from, lot.occurred_at, lot.lot_id)


def oldest(lots: Sequence[Lot]) -> tuple[datetime | None, datetime | None]:
    """When the oldest of the lots that end was accrued, and the oldest of those that never do."""
    if not lots:
        return None, None
    return (
        min((lot.occurred_at for lot in lots if lot.expires_at), default=None),
        min((lot.occurred_at for lot in lots if not lot.expires_at), default=None),
    )


def next_due(lots: Iterable[Lot]) -> datetime | None:
    """When time changes something next about a lot that has something left; None where it never
    does.
    """
    return min((at for lot in lots if lot.remaining and (at := lot.next_at)), default=None)


def draw(lots: Iterable[Lot], points: int, at: datetime) -> list[Portion]:
    """Portions of the lots that are available and have not ended at `at`, in burn order, up to
    `points`; fewer where there are fewer.
    """
    portions: list[Portion] = []
    for lot in sorted(
        (lot for lot in lots if lot.remaining and not lot.is_pending and not lot.has_ended(at)),
        key=burn_order,
    ):
        if points == 0:
            break
        taken = min(points, lot.remaining)
        portions.append(Portion(lot.lot_id, taken))
        points -= taken
    return portions


def first_of(portions: Iterable[Portion], points: int) -> list[Portion]:
    """The first `points` of these portions, in their order."""
    found: list[Portion] = []
    for portion in portions:
        taken = min(points, portion.points)
        if taken:
            found.append(Portion(portion.lot_id, taken))
        points -= taken
    return found


def rest_of(portions: Iterable[Portion], points: int) -> list[Portion]:
    """What these portions hold beyond the first `points`, in their order."""
    found: list[Portion] = []
    for portion in portions:
        skipped = min(points, portion.points)
        if portion.points > skipped:
            found.append(Portion(portion.lot_id, portion.points - skipped))
        points -= skipped
    return found


def sum_of(portions: Iterable[Portion]) -> int:
    """The points of these portions."""
    return sum(portion.points for portion in portions)
