"""What the doors of facts answer."""

from typing import Any

import msgspec

from chassis.http import Instant, View
from member_svc.domain.facts import Answer
from member_svc.domain.returns import read_units


class PurchaseView(View):
    """A purchase, as it was taken in. `member_id` is null where nobody had its identifier then."""

    fact_id: str
    member_id: str | None
    status: str
    recorded_at: Instant


class ReturnView(View):
    """A return, as it was taken in."""

    fact_id: str
    status: str
    recorded_at: Instant


class UnitsView(View):
    """Units of one line."""

    line_id: str
    quantity: int


class FactView(View):
    """Where a fact stands now.

    `counted_at`: since when it counts; `lines`: the units that a return takes.
    """

    kind: str
    source: str
    source_ref: str
    fact_id: str
    member_id: str | None
    status: str
    reason: str | None
    occurred_at: Instant
    recorded_at: Instant
    counted_at: Instant | None
    purchase_source: str | None
    purchase_ref: str | None
    lines: list[UnitsView] | None

    @classmethod
    def of(cls, row: Any) -> "FactView":
        """The view of a row."""
        units = None if row.taken is None else read_units(row.taken)
        return cls(
            **{name: getattr(row, name) for name in cls.model_fields if name != "lines"},
            lines=None
            if units is None
            else [UnitsView(**msgspec.structs.asdict(one)) for one in units],
        )


class DecisionView(View):
    """Where a fact stands after somebody decided."""

    fact_id: str
    status: str


class FactsPage(View):
    """A page of facts."""

    items: list[FactView]
    next_cursor: str | None


def purchase_view(answer: Answer) -> PurchaseView:
    """The answer to a purchase."""
    return PurchaseView(
        fact_id=answer.fact_id,
        member_id=answer.member_id,
        status=answer.status,
        recorded_at=answer.recorded_at,
    )


def return_view(answer: Answer) -> ReturnView:
    """The answer to a return."""
    return ReturnView(fact_id=answer.fact_id, status=answer.status, recorded_at=answer.recorded_at)
