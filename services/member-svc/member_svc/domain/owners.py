"""Whose a fact is, and where it stands because of that (M5, M9, E3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.ids import MemberId
from member_svc.domain.facts import Reason, Status
from member_svc.domain.identifiers import BlindIndex
from member_svc.domain.members import Member
from member_svc.domain.programme import Terms
from member_svc.domain.refusals import MemberNotFound


class Named(Protocol):
    """Something of a member who is named by id, or by an identifier's blind index."""

    @property
    def member_id(self) -> MemberId | None:
        """The id, if that names the member."""

    @property
    def blind_index(self) -> BlindIndex | None:
        """The blind index, if an identifier does."""

    @property
    def occurred_at(self) -> datetime:
        """When it happened."""


@dataclass(frozen=True, slots=True)
class Owners:
    """Who is who, as far as a batch has to know: members by id, and the owners of identifiers."""

    members: Mapping[MemberId, Member]
    by_index: Mapping[BlindIndex, MemberId]

    def of(self, named: Named) -> Member | None:
        """The member, or None where nobody has the identifier yet, or the id."""
        if named.blind_index is not None:
            owner = self.by_index.get(named.blind_index)
            return None if owner is None else self.members[owner]
        return None if named.member_id is None else self.members.get(named.member_id)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fact stands when it comes in, and for whom."""

    member_id: MemberId | None
    status: Status
    reason: Reason | None

    def counted_at(self, now: datetime) -> datetime | None:
        """Since when it counts."""
        return now if self.status == "accepted" else None


def whose(member_id: MemberId | None, index: BlindIndex | None) -> str:
    """A name for a fact's member that tells one from another and gives nobody away."""
    return f"member:{member_id}" if index is None else f"index:{index.hex()}"


def place(named: Named, owners: Owners, now: datetime, terms: Terms) -> Place | MemberNotFound:
    """Where it stands. Later than the lateness window, or of a barred member: `review`. Nobody's
    identifier yet: `unclaimed`. Else it counts now.
    """
    member = owners.of(named)
    if member is None and named.blind_index is None:
        return MemberNotFound()
    is_late = now - named.occurred_at > terms.lateness
    reason = "late" if is_late else held_back(member, named.occurred_at)
    member_id = member.member_id if member else None
    return Place(member_id, "review" if reason else stands_with(member_id), reason)


def held_back(member: Member | None, occurred_at: datetime) -> Reason | None:
    """Why somebody has to look at what a member did: it was after they were banned, or had left."""
    if member is None or member.barred_since is None or occurred_at < member.barred_since:
        return None
    return "member_banned" if member.status == "banned" else "member_closed"


def stands_with(member_id: MemberId | None) -> Status:
    """Where a fact stands that nobody has to look at."""
    return "unclaimed" if member_id is None else "accepted"
