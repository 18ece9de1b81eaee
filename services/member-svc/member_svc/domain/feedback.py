"""What members say of the brand, and what became of a complaint (M10).

A complaint is `open` from when it was made. What becomes of it is told by facts of their own, its
outcomes: each names the complaint, and may come before it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from contracts.ids import FactId

FeedbackKind = Literal["csat", "nps", "complaint", "outcome"]
Severity = Literal["low", "medium", "high", "critical"]
State = Literal["open", "resolved", "withdrawn", "unfounded"]

SCORES: dict[str, range] = {"csat": range(1, 6), "nps": range(11)}
"""Which scores there are: CSAT 1 to 5, NPS 0 to 10."""


class FeedbackContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was said: a score, a complaint, or the state that a complaint came to. No words of a
    person: those stay with the channel.
    """

    kind: FeedbackKind
    score: int | None = None
    category: str | None = None
    severity: Severity | None = None
    complaint_source: str | None = None
    complaint_ref: str | None = None
    state: State | None = None


read_feedback = msgspec.json.Decoder(FeedbackContent).decode


class Outcome(NamedTuple):
    """What became of a complaint, from an instant on. Outcomes sort in business order."""

    occurred_at: datetime
    fact_id: FactId
    state: State


def state_of(outcomes: Iterable[Outcome]) -> State:
    """The state of a complaint: that of its last outcome by (occurred_at, fact id)."""
    last = max(outcomes, default=None)
    return last.state if last else "open"
