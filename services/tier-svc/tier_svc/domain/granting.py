"""Whether a way up may be given, and for how long it is open (T5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.ids import MemberId
from tier_svc.domain.publications import Publication, of_member
from tier_svc.domain.refusals import MemberBanned, MemberClosed, TierUnknown
from tier_svc.domain.ways import Way

ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class WayAsk:
    """A way up that is to be given, on the main ladder unless one is named."""

    member_id: MemberId
    ladder: str | None
    way: Way
    reason: str


@dataclass(frozen=True, slots=True)
class Given:
    """A way up with who gave it and why, and who ended it. `way` is as it holds: it ends where it
    was ended.
    """

    member_id: MemberId
    ladder: str
    way: Way
    reason: str
    actor: str
    recorded_at: datetime
    ended_at: datetime | None = None
    end_reason: str | None = None
    end_actor: str | None = None


def check_tier(publications: Sequence[Publication], member_id: MemberId, tier: str) -> None:
    """Some version that concerns the member has the tier above its base. Refusals: TierUnknown."""
    of = of_member(publications, member_id)
    if not any(one.ladder.ranks.get(tier, 0) for one in of):
        raise TierUnknown


def check_status(status: str) -> None:
    """Who is suspended still earns, and may be lifted. Refusals: MemberBanned, MemberClosed."""
    if status == "banned":
        raise MemberBanned
    if status not in {ACTIVE, "suspended"}:
        raise MemberClosed(member_status=status)


def is_open(way: Way, now: datetime) -> bool:
    """Whether there is anything left of a way to end."""
    return way.to_at is None or now < way.to_at
