"""Opening balances of another programme: each line a lot of its own, with its own age and end."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contracts.events.points import PointsAdjusted
from contracts.quantities import BALANCE_MAX
from points_svc.domain.basis import DecisionBasis, packed
from points_svc.domain.books import Book, said
from points_svc.domain.moments import moment_id
from points_svc.domain.move_refusals import ImportAhead, ImportEnded
from points_svc.domain.postings import ADJUSTMENT, AVAILABLE, Movement
from points_svc.domain.refusals import BalanceTooLarge, PointTypeNotBurnable
from points_svc.domain.rules import Rules
from points_svc.domain.settling import pay_deficit
from points_svc.domain.wall_time import day_begins

ONE_DAY = timedelta(days=1)
REASON_CODE = "import"


@dataclass(frozen=True)
class ImportAsk:
    """A line: its name, whose points, since when (none: now) and how long they last: to an instant,
    through a day, or (neither) as points of the programme accrued then would.
    """

    import_ref: str
    member_id: str
    point_type: str
    points: int
    accrued_on: date | None
    expires_at: datetime | None
    expires_on: date | None

    @property
    def asked(self) -> bytes:
        """What the line says, as a digest: the same line, said again."""
        days = [on.isoformat() if on else "" for on in (self.accrued_on, self.expires_on)]
        said = (self.member_id, self.point_type, self.points, self.expires_at, *days)
        return hashlib.sha256(packed(said)).digest()


@dataclass(frozen=True)
class Imported:
    """A line as it is kept: posted as a lot, or refused with a `code`; then it may come again."""

    source: str
    import_ref: str
    batch: str
    member_id: str
    point_type: str
    points: int
    asked: bytes
    code: str
    lot_id: str
    expires_at: datetime | None
    recorded_at: datetime


class BatchSum(NamedTuple):
    """Lines of a batch that were posted (no code) or refused alike, and their lots in the
    ledger.
    """

    source: str
    code: str
    lines: int
    points: int
    ledger_lines: int
    ledger_points: int


@dataclass(frozen=True)
class OpeningLot:
    """A line, read by the rules in force: the lot that it becomes."""

    ask: ImportAsk
    accrued_at: datetime
    expires_at: datetime | None
    rule_version: int


def opening_lot(ask: ImportAsk, rules: Rules | None, now: datetime) -> OpeningLot:
    """The lot of a line; days are those of the programme's zone. Refusals: PointTypeNotBurnable,
    ImportAhead, ImportEnded.
    """
    rule = rules.of(ask.point_type) if rules else None
    if rules is None or rule is None or not rule.is_burnable:
        raise PointTypeNotBurnable
    accrued_at = day_begins(ask.accrued_on, rules.zone) if ask.accrued_on else now
    if accrued_at > now:
        raise ImportAhead
    ends = _given_end(ask, rules.zone) or rule.expiry.ends(accrued_at, rules.zone)
    if ends is not None and ends <= now:
        raise ImportEnded
    return OpeningLot(ask, accrued_at, ends, rules.version)


def post_opening(book: Book, lot: OpeningLot, source: str, by: DecisionBasis) -> str:
    """Post an opening lot, which pays a deficit first; answers its id. Refusals:
    BalanceTooLarge.
    """
    points = lot.ask.points
    if sum(book.balance.values()) + points > BALANCE_MAX:
        raise BalanceTooLarge
    lot_id = moment_id(lot.accrued_at, "import", source, lot.ask.import_ref)
    posting = book.post(
        Movement(
            "import",
            ADJUSTMENT,
            AVAILABLE,
            points,
            lot_id,
            lot.accrued_at,
            lot.rule_version,
            0,
            lot.accrued_at,
            lot.expires_at,
            packed(by),
        )
    )
    pay_deficit(book, [lot_id], lot_id)
    book.say(
        PointsAdjusted(
            **said(book, posting.posting_id, lot.accrued_at),
            points=points,
            adjustment_id=lot_id,
            actor=by.actor,
            reason=REASON_CODE,
        )
    )
    return lot_id


def _given_end(ask: ImportAsk, zone: ZoneInfo) -> datetime | None:
    """Through `expires_on`: it is the last day on which the points can be burned."""
    return day_begins(ask.expires_on + ONE_DAY, zone) if ask.expires_on else ask.expires_at
