"""Where member-svc says no.

Refusal
├── MemberNotFound          404  nobody has this id or identifier
├── IdentifierNotFound      404  the member has no such identifier
├── FactNotFound            404  the source has no such fact, or nobody has
├── IdentifiersConflict     409  the identifiers belong to two members
├── FactConflict            409  this name was given to other content before
├── ReturnExceedsPurchase   409  more would come back than was bought
├── TooManyReturns          409  the purchase came back in too many parts already
├── StatusUnreachable       409  no way leads from the member's status to the one asked for
├── NotInReview             409  the fact waits for nobody's decision, or was decided otherwise
├── PurchaseRejected        409  its purchase was rejected, so this return cannot be accepted
├── OccurredInFuture        422  more than five minutes ahead of now
└── Unfit                   422  well-formed, but not in this programme; names the fields
"""

from typing import ClassVar

from contracts.refusal import Refusal


class MemberNotFound(Refusal):
    """Nobody has this id or identifier."""

    code: ClassVar[str] = "member_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such member."


class IdentifierNotFound(Refusal):
    """The member has no such identifier."""

    code: ClassVar[str] = "not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such identifier."


class FactNotFound(Refusal):
    """The caller's source has no such fact, or (for staff) nobody has."""

    code: ClassVar[str] = "not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such fact."


class IdentifiersConflict(Refusal):
    """The identifiers of one call belong to two members. Nothing was linked."""

    code: ClassVar[str] = "identifiers_conflict"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "These identifiers belong to different members."


class FactConflict(Refusal):
    """A fact is named for ever (E1); this name was given to other content before."""

    code: ClassVar[str] = "fact_conflict"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This reference names another fact already."


class ReturnExceedsPurchase(Refusal):
    """Of some line `asked` units would come back where `left` are left; both 0: nothing is left at
    all. Or `asked_minor` of its money, where the kept units are worth `left_minor` (rounded down).
    """

    code: ClassVar[str] = "return_exceeds_purchase"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "More would come back than was bought."


class TooManyReturns(Refusal):
    """A purchase comes back in at most `limit` returns. A return without `lines`, and a void, still
    bring back the rest.
    """

    code: ClassVar[str] = "too_many_returns"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This purchase came back in too many parts."


class StatusUnreachable(Refusal):
    """From where the member `stands` there is no way to what was `asked`: a ban is lifted before
    its member can leave, and who left comes back as active.
    """

    code: ClassVar[str] = "status_unreachable"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The member cannot be moved to this status."


class NotInReview(Refusal):
    """The fact is not in review (any more); `stands` says where it is."""

    code: ClassVar[str] = "not_in_review"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This fact is not waiting for a decision."


class PurchaseRejected(Refusal):
    """The purchase that this return belongs to was rejected."""

    code: ClassVar[str] = "purchase_rejected"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The purchase of this return was rejected."


class OccurredInFuture(Refusal):
    """The instant lies more than five minutes ahead."""

    code: ClassVar[str] = "occurred_in_future"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "This has not happened yet."


class Unfit(Refusal):
    """Well-formed, but not in this programme."""

    code: ClassVar[str] = "invalid"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The request is invalid."

    @classmethod
    def at(cls, path: str, code: str) -> "Unfit":
        """The refusal that names one field by its JSON pointer."""
        return cls(errors=[{"path": path, "code": code}])
