"""How reports are answered: as JSON, or as CSV of the same lines."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from pydantic import Field

from chassis.http import Instant, View
from chassis.http.bodies import said_instant
from points_svc.domain.liability import Liability
from points_svc.domain.postings import posting_id
from points_svc.domain.reports import Exported, JournalRow
from points_svc.handlers.show_journal import Journal
from points_svc.inbound.http.past_views import SidesView

CSV = "text/csv; charset=utf-8"
EXPORTED = (
    "posting_id",
    "member_id",
    "point_type",
    "kind",
    "from",
    "to",
    "points",
    "occurred_at",
    "recorded_at",
    "fact_id",
    "rule_version",
    "revision",
    "available_from",
    "expires_at",
    "seq",
    "hash",
)


class OwedView(View):
    """granted − reversed − burned − expired + adjusted − paid − held = remaining. `expired` is the
    breakage; `paid` went to deficits.
    """

    granted: int
    reversed: int
    burned: int
    expired: int
    adjusted: int
    paid: int
    held: int
    remaining: int


class MonthView(OwedView):
    """The lots that end in a month (`never`: that never end)."""

    month: str


class LiabilityOfType(View):
    """A point type's liability. `accounts` is what stands on all members' sides: remaining is
    available and pending, held is held.
    """

    point_type: str
    months: list[MonthView]
    total: OwedView
    accounts: SidesView


class LiabilityView(View):
    """What is owed, as it was known at `known_at`."""

    known_at: Instant
    by: str
    point_types: list[LiabilityOfType]

    @classmethod
    def of(cls, known_at: datetime, found: Sequence[Liability]) -> "LiabilityView":
        """The liability of each point type."""
        types = [
            LiabilityOfType(
                point_type=one.point_type,
                months=[MonthView(month=month, **vars(owed)) for month, owed in one.months],
                total=OwedView.model_validate(one.total),
                accounts=SidesView.model_validate(one.accounts),
            )
            for one in found
        ]
        return cls(known_at=known_at, by="month", point_types=types)


class JournalLineView(View):
    """What facts of a month moved in a period; `is_late` where they are of an earlier month."""

    period: str
    point_type: str
    kind: str
    debit: str
    credit: str
    occurred_month: str
    is_late: bool
    postings: int
    points: int

    @classmethod
    def of(cls, row: JournalRow) -> "JournalLineView":
        """A line."""
        return cls(**row._asdict(), is_late=row.occurred_month < row.period[:7])


class AccountSums(View):
    """What an account gave (debit) and got (credit) in the period. Points have no sign: what leaves
    one account reaches another, so both sums are one over all accounts.
    """

    point_type: str
    account: str
    debit: int
    credit: int


class JournalView(View):
    """The journal of [from, to) by recorded time in the zone. `is_closed`: it never changes."""

    from_: date = Field(serialization_alias="from")
    to: date
    by: str
    zone: str
    is_closed: bool
    lines: list[JournalLineView]
    accounts: list[AccountSums]

    @classmethod
    def of(cls, begins_on: date, ends_on: date, by: str, found: Journal) -> "JournalView":
        """The journal of a period."""
        accounts = [
            AccountSums(
                point_type=point_type,
                account=account,
                debit=found.debits[point_type, account],
                credit=found.credits[point_type, account],
            )
            for point_type, account in sorted({*found.debits, *found.credits})
        ]
        return cls(
            from_=begins_on,
            to=ends_on,
            by=by,
            zone=found.zone,
            is_closed=found.is_closed,
            lines=[JournalLineView.of(row) for row in found.rows],
            accounts=accounts,
        )


def as_csv(columns: Sequence[str], rows: Iterable[Iterable[Any]], has_header: bool = True) -> bytes:
    """Rows as CSV (RFC 4180), with a line of names before them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if has_header:
        writer.writerow(columns)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _plain(value: Any) -> Any:
    """A truth as JSON writes it."""
    return str(value).lower() if isinstance(value, bool) else value


def as_lines(rows: Iterable[Iterable[Any]]) -> bytes:
    """Exported postings as NDJSON."""
    encode = msgspec.json.encode
    return b"".join(encode(dict(zip(EXPORTED, row, strict=True))) + b"\n" for row in rows)


def exported(row: Exported) -> tuple[Any, ...]:
    """A posting as it is taken out, in the order of the columns."""
    return (
        posting_id(row.fact_id, row.part),
        row.member_id,
        row.point_type,
        row.kind,
        row.debit,
        row.credit,
        row.points,
        said_instant(row.occurred_at),
        said_instant(row.recorded_at),
        row.fact_id,
        None if row.rule_version is None else str(row.rule_version),
        row.revision,
        row.available_from and said_instant(row.available_from),
        row.expires_at and said_instant(row.expires_at),
        row.seq,
        row.hash.hex(),
    )
