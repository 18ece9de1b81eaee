"""What tier-svc refuses of steps that are bought with points.

Refusal
├── MemberSuspended     409  who is suspended cannot burn points
├── StepNotOffered      409  nobody sells a step to this tier
├── StepReached         409  the member stands there or above; `tier`
├── StepNotNext         409  a step leads one tier up; `tier` is the one that would be next
├── StepPending         409  another step of the member is not decided yet
├── StepLimitReached    409  `limit`, `taken`
├── StepPriceChanged    409  the caller said another price than `points`
├── PointsInsufficient  409  points-svc's no: `asked`, `available`
├── PointsRefused       409  any other no of points-svc, in its own code and numbers
├── StepTimedOut        409  points-svc could not be reached for too long; what was burned is back
└── StepNotFound        404
"""

from typing import ClassVar

from contracts.refusal import Refusal


class MemberSuspended(Refusal):
    """Who is suspended still earns, but burns nothing."""

    code: ClassVar[str] = "member_suspended"
    title: ClassVar[str] = "This member is suspended."


class StepNotOffered(Refusal):
    """The programme sells no step to this tier of this ladder."""

    code: ClassVar[str] = "step_not_offered"
    title: ClassVar[str] = "This step is not for sale."


class StepReached(Refusal):
    """The member stands on `tier`, which is the one asked for, or above it."""

    code: ClassVar[str] = "step_reached"
    title: ClassVar[str] = "The member stands there already."


class StepNotNext(Refusal):
    """A step leads one tier up; `tier` is the one above where the member stands."""

    code: ClassVar[str] = "step_not_next"
    title: ClassVar[str] = "This is more than one step."


class StepPending(Refusal):
    """Another step of this member on this ladder has not come to its end."""

    code: ClassVar[str] = "step_pending"
    title: ClassVar[str] = "Another step is being bought."


class StepLimitReached(Refusal):
    """`taken` steps to this tier were bought in the period, of `limit`."""

    code: ClassVar[str] = "step_limit_reached"
    title: ClassVar[str] = "No more of these steps can be bought in this period."


class StepPriceChanged(Refusal):
    """The step costs `points`, not what the caller was ready to pay."""

    code: ClassVar[str] = "step_price_changed"
    title: ClassVar[str] = "The step has another price."


class PointsInsufficient(Refusal):
    """points-svc's no: `asked` and `available`."""

    code: ClassVar[str] = "points_insufficient"
    title: ClassVar[str] = "There are not enough points."


class PointsRefused(Refusal):
    """points-svc said no for another reason of its own: its code and numbers are passed on."""

    code: ClassVar[str] = "points_refused"
    title: ClassVar[str] = "The points were refused."

    def __init__(self, code: str, **numbers: object) -> None:
        super().__init__(**numbers)
        self.code = code  # type: ignore[misc]  # the one refusal whose code is another service's


class StepTimedOut(Refusal):
    """points-svc gave no answer for too long: the step was given up, what was burned is back."""

    code: ClassVar[str] = "step_timed_out"
    title: ClassVar[str] = "The points could not be reached for too long."


class StepNotFound(Refusal):
    """The member bought no such step."""

    code: ClassVar[str] = "step_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such step."
