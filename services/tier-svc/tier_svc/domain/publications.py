"""The versions of a ladder that are in force for a member, and what a timeline rests on (T8)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.ids import MemberId
from tier_svc.domain.facts import Heard, history
from tier_svc.domain.grounds import Grounds, Migration, Version
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.ways import Way

EVERYONE = 10_000


@dataclass(frozen=True, slots=True)
class Publication:
    """A version put in force for `share` of 10,000 members, in a zone. The first of a ladder is in
    force from the beginning of time, for everyone.
    """

    ladder: Ladder
    zone: ZoneInfo
    effective_from: datetime | None = None
    migration: Migration = Migration.FULL
    share: int = EVERYONE


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a member, whatever the ladder. Who is not enrolled yet stands nowhere."""

    member_id: MemberId
    enrolled_at: datetime
    heard: Heard
    ways: Mapping[str, Sequence[Way]]


def concerns(publication: Publication, member_id: MemberId) -> bool:
    """Whether a member is of those for whom a version is published: always the same ones, and a
    greater share has all of a smaller one.
    """
    if publication.share == EVERYONE:
        return True
    name = f"{publication.ladder.name}\0{publication.ladder.version}\0{member_id}"
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8], "big") % EVERYONE < publication.share


def of_member(publications: Sequence[Publication], member_id: MemberId) -> list[Publication]:
    """The publications that concern a member; one who is on a version already is not moved by it
    again.
    """
    out: list[Publication] = []
    for publication in publications:
        is_other = not out or out[-1].ladder.version != publication.ladder.version
        if is_other and concerns(publication, member_id):
            out.append(publication)
    return out


def grounds_of(publications: Sequence[Publication], known: Known) -> Grounds:
    """What a member's timeline of one ladder rests on."""
    versions = [
        Version(
            one.ladder,
            one.zone,
            history(known.heard, one.ladder, one.zone),
            one.effective_from,
            one.migration,
        )
        for one in of_member(publications, known.member_id)
    ]
    name = publications[0].ladder.name
    return Grounds(known.enrolled_at, versions, known.ways.get(name, ()))
