"""What a member may do (M9), and which change of it is allowed."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from member_svc.domain.members import Member
from member_svc.domain.refusals import StatusUnreachable

MemberStatus = Literal["active", "suspended", "banned", "closed"]

MOVES: dict[str, frozenset[str]] = {
    "active": frozenset({"suspended", "banned", "closed"}),
    "suspended": frozenset({"active", "banned", "closed"}),
    "banned": frozenset({"active", "suspended"}),
    "closed": frozenset({"active"}),
}
BARRED = frozenset({"banned", "closed"})


def moved(member: Member, status: MemberStatus, now: datetime) -> Member:
    """The member with another status, one version on. What they do from `barred_since` on does not
    count by itself.

    A ban is lifted before its member can leave, and who left comes back as active. Refusals:
    StatusUnreachable.
    """
    if status not in MOVES[member.status]:
        raise StatusUnreachable(stands=member.status, asked=status)
    barred_since = now if status in BARRED else None
    return replace(member, status=status, barred_since=barred_since, version=member.version + 1)
