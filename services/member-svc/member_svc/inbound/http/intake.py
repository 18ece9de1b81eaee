"""What intake answers of a fact: alone, or as a line of a batch."""

from collections.abc import Callable
from typing import Any, TypeVar

from chassis.http import Replayed, View
from contracts.refusal import Refusal
from member_svc.domain.facts import Answer

V = TypeVar("V", bound=View)


def alone(answered: Answer | Refusal, view: Callable[[Answer], V]) -> V:
    """The fact as it stands. Raises the refusal, and Replayed where it was told before (E1)."""
    if isinstance(answered, Refusal):
        raise answered
    if answered.is_replayed:
        raise Replayed(view(answered))
    return view(answered)


def line_of(view: Callable[[Answer], View]) -> Callable[[Answer], dict[str, Any]]:
    """Answers as lines: `status` is HTTP's; where the fact stands is `stands`."""

    def line(answered: Answer) -> dict[str, Any]:
        said = view(answered).model_dump(mode="json")
        return {**said, "stands": said["status"], "status": 200 if answered.is_replayed else 201}

    return line
