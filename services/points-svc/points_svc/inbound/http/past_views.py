"""How an account's past is answered: why a balance is what it is, and statements."""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import Field

from chassis.http import Instant, View
from points_svc.domain.past import Moved, Sides
from points_svc.domain.postings import posting_id
from points_svc.domain.statement import Line
from points_svc.handlers.recall_balance import Recalled


class SidesView(View):
    """What stands on each side of an account; `balance` is what the member has less what they
    owe.
    """

    available: int
    held: int
    pending: int
    deficit: int
    balance: int


class MovementView(View):
    """What all postings of one kind and way moved."""

    kind: str
    from_: str = Field(serialization_alias="from")
    to: str
    postings: int
    points: int

    @classmethod
    def of(cls, moved: Moved) -> "MovementView":
        """A kind's sum."""
        return cls(
            kind=moved.kind,
            from_=moved.debit,
            to=moved.credit,
            postings=moved.postings,
            points=moved.points,
        )


class AccountWhy(View):
    """A balance as it is answered, the raw sums that it is netted from, and what they are made
    of.
    """

    point_type: str
    answered: SidesView
    raw: SidesView
    movements: list[MovementView]

    @classmethod
    def of(cls, recalled: Recalled) -> "AccountWhy":
        """An account at its moment."""
        had = recalled.balance
        answered = Sides(had.available, had.held, had.pending, had.deficit)
        return cls(
            point_type=had.point_type,
            answered=SidesView.model_validate(answered),
            raw=SidesView.model_validate(recalled.raw),
            movements=[MovementView.of(moved) for moved in recalled.moved],
        )


class BalanceWhy(View):
    """Why a balance is what it is at a moment."""

    member_id: str
    as_of: Instant
    known_at: Instant | None
    accounts: list[AccountWhy]

    @classmethod
    def of(
        cls, member_id: str, at: datetime, known_at: datetime | None, recalled: Sequence[Recalled]
    ) -> "BalanceWhy":
        """A member's accounts."""
        accounts = [AccountWhy.of(one) for one in recalled]
        return cls(member_id=member_id, as_of=at, known_at=known_at, accounts=accounts)


class StatementLine(View):
    """A posting: `points` it added to the balance (below zero: took), what it changed and what
    stood then. `is_late`: its fact lies before the period in which it became known.
    """

    posting_id: str
    kind: str
    from_: str = Field(serialization_alias="from")
    to: str
    points: int
    change: SidesView
    after: SidesView
    fact_id: str
    occurred_at: Instant
    occurred_on: date
    is_late: bool
    recorded_at: Instant

    @classmethod
    def of(cls, line: Line) -> "StatementLine":
        """A line."""
        moved = line.movement
        return cls(
            posting_id=posting_id(moved.fact_id, moved.part),
            kind=moved.kind,
            from_=moved.debit,
            to=moved.credit,
            points=line.change.balance,
            change=SidesView.model_validate(line.change),
            after=SidesView.model_validate(line.after),
            fact_id=moved.fact_id,
            occurred_at=moved.occurred_at,
            occurred_on=line.occurred_on,
            is_late=line.is_late,
            recorded_at=moved.recorded_at,
        )


class StatementView(View):
    """A period of an account, [from, to) in the zone. Opening and all lines are the closing; each
    page of lines bears both.
    """

    member_id: str
    point_type: str
    from_: date = Field(serialization_alias="from")
    to: date
    zone: str
    opening: SidesView
    closing: SidesView
    items: list[StatementLine]
    next_cursor: str | None
