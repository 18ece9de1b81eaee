"""What tier-svc refuses.

Refusal
├── MemberNotFound            404  nobody has been heard of under this id
├── LadderNotFound            404
├── LadderUnpublished         409  no ladder is in force yet
├── LadderInvalid             422  `errors` names each place and code
├── LadderMigrationRequired   409  another version is in force; a later one names its migration (T8)
├── LadderScheduled           409  a later version is already to come after that instant
├── LadderNotInForce          409  only the last version that was published can be withdrawn
├── TierRemoved               409  upward only, and a tier is gone that members may stand on
├── EffectiveInPast           422  a later version is in force from now on at the earliest
├── ProgrammeUnpublished      409  a ladder's calendar needs the programme's zone
├── SimulationNotFound        404
├── SimulationInvalid         422  `errors` names each place and code
├── SimulationsFull           409  as many simulations are open as may be at one time
├── SimulationOver            409  there is nothing left to cancel
├── SimulationUnfinished      409  there is no result to report; `state` says why
├── MemberBanned              409  who was banned is given no way up and no attribute
├── MemberClosed              409  nor who has left, was merged or erased; `member_status`
├── TierUnknown               409  no rung of the ladder in force, or its base
├── WayNotFound               404  the member was given no such way up
└── WayEnded                  409  it is over already
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
    """Another version of the ladder is in force; `in_force` is its number."""

    code: ClassVar[str] = "ladder_migration_required"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Another version of the ladder is in force: name a migration."


class ProgrammeUnpublished(Refusal):
    """There is no zone yet to count months in."""

    code: ClassVar[str] = "programme_unpublished"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The programme's settings are not published yet."


class LadderScheduled(Refusal):
    """A version that is to come later was published already; `effective_from` is its instant."""

    code: ClassVar[str] = "ladder_scheduled"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "A later version is already scheduled."


class LadderNotInForce(Refusal):
    """This version is not the last one of its ladder, or there is none before it to go back to."""

    code: ClassVar[str] = "ladder_not_in_force"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "There is no later version to withdraw."


class TierRemoved(Refusal):
    """Members cannot be kept on a tier that the new version does not have; `tiers` are these."""

    code: ClassVar[str] = "tier_removed"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The new version lacks a tier of the one before."


class EffectiveInPast(Refusal):
    """A version that replaces another cannot be in force before it was published."""

    code: ClassVar[str] = "effective_in_past"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "A later version cannot be in force from the past."


class MemberBanned(Refusal):
    """The member was banned: nothing is given that could lift them, what they stand on stays."""

    code: ClassVar[str] = "member_banned"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This member is banned."


class MemberClosed(Refusal):
    """The member is no longer one, as `member_status` says: nothing is given that could lift them,
    what they stand on stays.
    """

    code: ClassVar[str] = "member_closed"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This membership is over."


class TierUnknown(Refusal):
    """Nobody can be lifted to a tier that is no rung above the base."""

    code: ClassVar[str] = "tier_unknown"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The ladder has no such tier above its base."


class WayNotFound(Refusal):
    """The member was given no such way up."""

    code: ClassVar[str] = "way_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such way up."


class WayEnded(Refusal):
    """It ended at `ended_at`."""

    code: ClassVar[str] = "way_ended"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This way up is over."


class SimulationNotFound(Refusal):
    """This ladder has no such simulation, or it was forgotten after its time."""

    code: ClassVar[str] = "simulation_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such simulation."


class SimulationInvalid(Refusal):
    """What is asked cannot be simulated; `errors` names each place and code."""

    code: ClassVar[str] = "simulation_invalid"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "This cannot be simulated as it is asked."


class SimulationsFull(Refusal):
    """So many are open already; `open_max` is how many may be."""

    code: ClassVar[str] = "simulations_full"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Too many simulations are open: wait for one, or cancel it."


class SimulationOver(Refusal):
    """It ended at `ended_at`."""

    code: ClassVar[str] = "simulation_over"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This simulation is over."


class SimulationUnfinished(Refusal):
    """It has no result, not yet or never: `state` is waiting, running, cancelled or failed."""

    code: ClassVar[str] = "simulation_unfinished"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This simulation is not done."
