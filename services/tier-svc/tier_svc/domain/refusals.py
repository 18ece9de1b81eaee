"""What tier-svc refuses.

Refusal
├── MemberNotFound            404  nobody has been heard of under this id
├── LadderNotFound            404
├── LadderUnpublished         409  no ladder is in force yet
├── LadderInvalid             422  `errors` names each place and code
├── LadderMigrationRequired   409  another ladder is in force; a second one needs a migration (T8)
└── ProgrammeUnpublished      409  a ladder's calendar needs the programme's zone
"""

from typing import ClassVar

from contracts.refusal import Refusal


class MemberNotFound(Refusal):
    """Nobody has been heard of under this id."""

    code: ClassVar[str] = "member_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such member."


class LadderNotFound(Refusal):
    """No ladder has this version."""

    code: ClassVar[str] = "ladder_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such ladder."


class LadderUnpublished(Refusal):
    """No ladder is in force yet, so nobody stands anywhere."""

    code: ClassVar[str] = "ladder_unpublished"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "No ladder is in force yet."


class LadderInvalid(Refusal):
    """The ladder cannot be climbed as it is written."""

    code: ClassVar[str] = "ladder_invalid"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The ladder is invalid."


class LadderMigrationRequired(Refusal):
    """Another ladder is in force; `in_force` is its version."""

    code: ClassVar[str] = "ladder_migration_required"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Another ladder is in force."


class ProgrammeUnpublished(Refusal):
    """There is no zone yet to count months in."""

    code: ClassVar[str] = "programme_unpublished"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The programme's settings are not published yet."
