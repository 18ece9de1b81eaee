"""When points-svc says no to points that change hands, or come by hand or from elsewhere.

Refusal
├── TransfersNotOffered    409  the programme's settings have no `transfers`
├── RecipientNotFound      404  nobody here has heard of who is to get the points
├── TransferLimitReached   409  the member would send more in a day than the programme lets them;
│                               `limit`, `left`
├── StepUpRequired         409  so many points go only after a stronger check; `above`
├── TransferNotFound       404  the caller never made a transfer of that id
├── AdjustmentNotFound     404  no adjustment of that id ever waited
├── AdjustmentNotWaiting   409  it was posted, rejected, or its time is over; `state`
├── SamePerson             409  who asked for an adjustment cannot be its second person
├── ImportConflict         409  a line of that name said something else and was posted
├── ImportAhead            422  the points of a line were accrued after today
├── ImportEnded            422  the points of a line would end before they came
└── ImportNotFound         404  nothing was ever imported under that batch's name
"""

from typing import ClassVar

from contracts.refusal import Refusal


class TransfersNotOffered(Refusal):
    """The programme's settings say nothing of `transfers`: points stay with who has them."""

    code: ClassVar[str] = "transfers_not_offered"
    title: ClassVar[str] = "Points cannot be transferred in this programme."


class RecipientNotFound(Refusal):
    """Nobody here has heard of the member who is to get the points."""

    code: ClassVar[str] = "recipient_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such recipient."


class TransferLimitReached(Refusal):
    """The member would send more in a day than the programme lets them. `limit` is `daily_points`
    or `daily_count`, `left` what of it is left today.
    """

    code: ClassVar[str] = "transfer_limit_reached"
    title: ClassVar[str] = "No more can be transferred today."


class StepUpRequired(Refusal):
    """More than `above` points go only after a stronger check: its reference is `step_up`."""

    code: ClassVar[str] = "step_up_required"
    title: ClassVar[str] = "A stronger check of the member is needed first."


class TransferNotFound(Refusal):
    """The caller never made a transfer of that id."""

    code: ClassVar[str] = "transfer_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such transfer."


class AdjustmentNotFound(Refusal):
    """No adjustment of that id ever waited for a second person."""

    code: ClassVar[str] = "adjustment_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such adjustment."


class AdjustmentNotWaiting(Refusal):
    """The adjustment was posted, rejected, or waited too long: `state`."""

    code: ClassVar[str] = "adjustment_not_waiting"
    title: ClassVar[str] = "This adjustment waits no longer."


class SamePerson(Refusal):
    """Who asked for an adjustment cannot be its second person."""

    code: ClassVar[str] = "same_person"
    title: ClassVar[str] = "Somebody else has to decide this."


class ImportConflict(Refusal):
    """A line of that `import_ref` said something else, and was posted."""

    code: ClassVar[str] = "import_conflict"
    title: ClassVar[str] = "This line was imported before, with other content."


class ImportAhead(Refusal):
    """The points of a line are said to have been accrued after today."""

    code: ClassVar[str] = "import_ahead"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "These points have not been accrued yet."


class ImportEnded(Refusal):
    """The points of a line would end before they came: nothing of them could be used."""

    code: ClassVar[str] = "import_ended"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "These points have ended."


class ImportNotFound(Refusal):
    """Nothing was ever imported under that batch's name."""

    code: ClassVar[str] = "import_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such import."
