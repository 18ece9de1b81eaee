"""What the doors of facts answer."""

from collections.abc import Sequence
from typing import Any

import msgspec

from chassis.http import Instant, View
from member_svc.domain.facts import Answer
from member_svc.domain.feedback import Outcome, read_feedback, state_of
from member_svc.domain.returns import read_units


class IntakeView(View):
    """A purchase, activity or feedback, as it was taken in. `member_id` is null where no member was
    known.
    """

    fact_id: str
    member_id: str | None
    status: str
    recorded_at: Instant


class ReturnView(View):
    """A return, as it was taken in."""

    fact_id: str
    status: str
    recorded_at: Instant


class ReturnedLineView(View):
    """What a return takes of one line: units, or money alone (then `quantity` is 0)."""

    line_id: str
    quantity: int
    refund_minor: int


class FactView(View):
    """Where a fact stands now.

    `counted_at`: since when it counts; `lines`: what a return takes.
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
    lines: list[ReturnedLineView] | None

    @classmethod
    def of(cls, row: Any) -> "FactView":
        """The view of a row."""
        units = None if row.taken is None else read_units(row.taken)
        return cls(
            **{name: getattr(row, name) for name in cls.model_fields if name != "lines"},
            lines=None
            if units is None
            else [ReturnedLineView(**msgspec.structs.asdict(one)) for one in units],
        )


class FeedbackView(View):
    """What feedback said, and where it stands. `state`: of a complaint, by its last outcome that
    counts; of an outcome, what it says.
    """

    source: str
    source_ref: str
    fact_id: str
    member_id: str | None
    status: str
    reason: str | None
    occurred_at: Instant
    recorded_at: Instant
    counted_at: Instant | None
    kind: str
    score: int | None
    category: str | None
    severity: str | None
    complaint_source: str | None
    complaint_ref: str | None
    state: str | None

    @classmethod
    def of(cls, row: Any, outcomes: Sequence[Outcome]) -> "FeedbackView":
        """The view of a row, with what became of it."""
        said = msgspec.structs.asdict(read_feedback(row.content))
        if said["kind"] == "complaint":
            said["state"] = state_of(outcomes)
        known = {name: getattr(row, name) for name in cls.model_fields if name not in said}
        return cls(**known, **said)


class DecisionView(View):
    """Where a fact stands after somebody decided."""

    fact_id: str
    status: str


class FactsPage(View):
    """A page of facts."""

    items: list[FactView]
    next_cursor: str | None


def intake_view(answer: Answer) -> IntakeView:
    """The answer to a purchase, an activity or feedback."""
    return IntakeView(
        fact_id=answer.fact_id,
        member_id=answer.member_id,
        status=answer.status,
        recorded_at=answer.recorded_at,
    )


def return_view(answer: Answer) -> ReturnView:
    """The answer to a return."""
    return ReturnView(fact_id=answer.fact_id, status=answer.status, recorded_at=answer.recorded_at)
