"""What one member's timeline of one ladder rests on (E3, T8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from tier_svc.domain.facts import History
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.measures import Frame
from tier_svc.domain.ways import Way


class Migration(StrEnum):
    """How members come from the version before (T8).

    `full`: at once. `upward_only`: at once where that is higher; else what the version before still
    gives runs to its end, not renewed. `next_evaluation`: when the stay that runs ends, not
    renewed; whoever stands on the base comes at once.
    """

    FULL = "full"
    UPWARD_ONLY = "upward_only"
    NEXT_EVALUATION = "next_evaluation"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the ladder as it concerns one member: what counts by it, and from when it is in
    force; the first is from the beginning of time.
    """

    ladder: Ladder
    zone: ZoneInfo
    history: History
    effective_from: datetime | None = None
    migration: Migration = Migration.FULL


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that a timeline is a function of. Versions by effective_from, at least one."""

    enrolled_at: datetime
    versions: Sequence[Version]
    ways: Sequence[Way] = ()

    @property
    def starts_at(self) -> datetime:
        """The beginning of the timeline: enrolment, or the first purchase that counts by any
        version if that was earlier, returned or not.
        """
        bought = (
            next((fact.occurred_at for fact in version.history.facts if fact.visits), None)
            for version in self.versions
        )
        return min((self.enrolled_at, *(at for at in bought if at is not None)))

    def frame(self, version: Version) -> Frame:
        """By what a version counts windows."""
        return Frame(version.zone, self.enrolled_at)

    def until(self, version: Version) -> datetime | None:
        """From when the next version is in force, if there is one."""
        nexts = zip(self.versions, self.versions[1:])  # noqa: B905
        return next((later.effective_from for one, later in nexts if one is version), None)

    def version(self, number: int) -> Version:
        """The version of a number; the first where a telling named none."""
        named = (one for one in self.versions if one.ladder.version == number)
        return next(named, self.versions[0])
