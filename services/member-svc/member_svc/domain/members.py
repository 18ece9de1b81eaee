"""Who a member is: profile, consents, whose identifiers these are, and when a birthday is (M1, M3,
M7).
"""

from calendar import isleap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from contracts.ids import MemberId
from member_svc.domain.identifiers import BlindIndex, Identifier, Linked
from member_svc.domain.refusals import IdentifiersConflict

LeapDay = Literal["02-28", "03-01"]
ANY_LEAP_YEAR = 2000


class Birthday(msgspec.Struct, frozen=True):
    """Month and day; the year may be unknown."""

    month: int
    day: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What a member told about themselves. Sealed under the member's own key wherever it rests."""

    name: str | None = None
    birthday: Birthday | None = None
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Consent:
    """What a member allowed: a purpose in the version of its text, through a channel, at a time."""

    purpose: str
    version: str
    channel: str
    consented_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """What intake has to know of a member. `version` counts what was changed of what is shown.

    `barred_since` is the instant from which what they do does not count by itself (M9).
    """

    member_id: MemberId
    status: str
    enrolled_at: datetime
    birthday: Birthday | None
    version: int = 1
    barred_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Someone to enroll.

    `member_id` and the rest are taken where the identifiers are nobody's yet.
    """

    member_id: MemberId
    source: str
    identifiers: Mapping[BlindIndex, Identifier]
    profile: Profile
    consents: Sequence[Consent]
    enrolled_at: datetime | None


@dataclass(frozen=True, slots=True)
class MemberShown:
    """A member in clear, for the length of one answer. Whoever answers masks it."""

    member: Member
    profile: Profile
    identifiers: Sequence[Linked]
    consents: Sequence[Consent] = ()


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What is said of a profile anew.

    Fields not in `named` stay; an attribute that is None goes away.
    """

    named: frozenset[str]
    name: str | None = None
    birthday: Birthday | None = None
    attributes: Mapping[str, str | None] = field(default_factory=dict)


def changed(profile: Profile, change: ProfileChange) -> Profile:
    """The profile after the change."""
    merged: dict[str, str | None] = {**profile.attributes, **change.attributes}
    return Profile(
        name=change.name if "name" in change.named else profile.name,
        birthday=change.birthday if "birthday" in change.named else profile.birthday,
        attributes={name: value for name, value in merged.items() if value is not None},
    )


def exists(birthday: Birthday) -> bool:
    """Whether the calendar has that day; without a year, 29 February exists."""
    try:
        date(birthday.year or ANY_LEAP_YEAR, birthday.month, birthday.day)
    except ValueError:
        return False
    return True


def is_birthday(birthday: Birthday, at: datetime, zone: ZoneInfo, leap_day: LeapDay) -> bool:
    """Whether `at` falls on the birthday in `zone`; 29 February counts on `leap_day` in common
    years (M7).
    """
    day = at.astimezone(zone).date()
    month_and_day = (birthday.month, birthday.day)
    if month_and_day == (2, 29) and not isleap(day.year):
        month_and_day = (2, 28) if leap_day == "02-28" else (3, 1)
    return (day.month, day.day) == month_and_day


def owner(found: Iterable[MemberId | None]) -> MemberId | None:
    """Whose these identifiers are: one member's, or nobody's yet. Refusals: IdentifiersConflict."""
    owners = {member_id for member_id in found if member_id is not None}
    if len(owners) > 1:
        raise IdentifiersConflict
    return next(iter(owners), None)
