"""What changed an account in a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chassis.tx import Tx
from points_svc.domain.past import Sides, raw_sums
from points_svc.domain.refusals import MemberNotFound
from points_svc.domain.statement import Line, lines
from points_svc.domain.wall_time import day_begins
from points_svc.store import members, programme, statements


@dataclass(frozen=True)
class StatementAsk:
    """An account and a period of days, half-open; behind which seq, and what stood there."""

    member_id: str
    point_type: str
    begins_on: date
    ends_on: date
    after_seq: int = 0
    before: Sides | None = None
    limit: int = 50


@dataclass(frozen=True)
class Statement:
    """The period's opening and closing, and a part of its lines."""

    zone: str
    opening: Sides
    closing: Sides
    lines: Sequence[Line]


async def show_statement(tx: Tx, ask: StatementAsk) -> Statement:
    """A part of a statement: opening + all lines = closing. By recorded time in the programme's
    zone, so a period that is over never changes. Refusals: MemberNotFound.
    """
    if not await members.is_known(tx, ask.member_id):
        raise MemberNotFound
    zone = await programme.zone_now(tx)
    period = day_begins(ask.begins_on, zone), day_begins(ask.ends_on, zone)
    account = ask.member_id, ask.point_type
    opening = raw_sums(await statements.recorded_before(tx, *account, period[0]))
    closing = raw_sums(await statements.recorded_before(tx, *account, period[1]))
    found = await statements.recorded_between(tx, account, period, ask.after_seq, ask.limit)
    before = opening if ask.before is None else ask.before
    return Statement(zone.key, opening, closing, list(lines(before, found, period[0], zone)))
