"""A member's statement: what changed an account's balance in a period, line by line (P12)."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from points_svc.domain.past import Sides, change


class Movement(NamedTuple):
    """What a statement shows of a posting."""

    fact_id: str
    part: str
    kind: str
    debit: str
    credit: str
    points: int
    occurred_at: datetime
    recorded_at: datetime
    seq: int


class Line(NamedTuple):
    """A posting on a statement: what it changed, and what stood after it.

    `occurred_on` is the fact's day; `is_late` where that lies before the period.
    """

    movement: Movement
    change: Sides
    after: Sides
    occurred_on: date
    is_late: bool


def lines(
    before: Sides, movements: Iterable[Movement], begins_at: datetime, zone: ZoneInfo
) -> Iterator[Line]:
    """The lines of a period that begins at `begins_at`, from what stood before the first of these
    movements.

    A late fact stands where it became known; what stood before plus all changes is what stands
    after, line by line.
    """
    after = before
    for one in movements:
        moved = change(one.debit, one.credit, one.points)
        after = after.plus(moved)
        occurred_on = one.occurred_at.astimezone(zone).date()
        yield Line(one, moved, after, occurred_on, one.occurred_at < begins_at)
