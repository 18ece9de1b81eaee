"""What the doors of members answer: masked, unless somebody has a reason (M3)."""

from collections.abc import Sequence

from chassis.http import Instant, View
from member_svc.domain.identifiers import Linked, mask
from member_svc.domain.members import Birthday, Consent, MemberShown, Profile

MASKED = "***"


class IdentifierView(View):
    """One identifier, masked."""

    identifier_id: str
    kind: str
    masked: str

    @classmethod
    def of(cls, linked: Linked) -> "IdentifierView":
        """The view of a link."""
        return cls(
            identifier_id=linked.identifier_id,
            kind=linked.identifier.kind,
            masked=mask(linked.identifier),
        )


class MemberView(View):
    """A member, as enrolment and look-up answer."""

    member_id: str
    status: str
    identifiers: list[IdentifierView]
    enrolled_at: Instant

    @classmethod
    def of(cls, shown: MemberShown) -> "MemberView":
        """The view of a member."""
        return cls(
            member_id=shown.member.member_id,
            status=shown.member.status,
            identifiers=[IdentifierView.of(linked) for linked in shown.identifiers],
            enrolled_at=shown.member.enrolled_at,
        )


class ConsentView(View):
    """What a member allowed."""

    purpose: str
    version: str
    channel: str
    consented_at: Instant


class MaskedProfileView(View):
    """Which parts of a profile there are; only the first letter of the name is shown."""

    name: str | None
    birthday: str | None
    attributes: dict[str, str]

    @classmethod
    def of(cls, profile: Profile) -> "MaskedProfileView":
        """The view of a profile."""
        return cls(
            name=None if profile.name is None else profile.name[:1] + MASKED,
            birthday=None if profile.birthday is None else MASKED,
            attributes=dict.fromkeys(profile.attributes, MASKED),
        )


class MaskedView(MemberView):
    """A member with everything that may be shown without a reason."""

    profile: MaskedProfileView
    consents: list[ConsentView]

    @classmethod
    def of(cls, shown: MemberShown) -> "MaskedView":
        """The view of a member."""
        return cls(
            **dict(MemberView.of(shown)),
            profile=MaskedProfileView.of(shown.profile),
            consents=consents(shown.consents),
        )


class BirthdayView(View):
    """A birthday in clear."""

    month: int
    day: int
    year: int | None


class ProfileView(View):
    """A profile in clear."""

    name: str | None
    birthday: BirthdayView | None
    attributes: dict[str, str]


class RevealedIdentifierView(IdentifierView):
    """One identifier in clear, beside its mask."""

    value: str


class RevealedView(View):
    """A member in clear."""

    member_id: str
    status: str
    identifiers: list[RevealedIdentifierView]
    enrolled_at: Instant
    profile: ProfileView
    consents: list[ConsentView]

    @classmethod
    def of(cls, shown: MemberShown) -> "RevealedView":
        """The view of a member."""
        clear = [
            RevealedIdentifierView(**dict(IdentifierView.of(linked)), value=linked.identifier.value)
            for linked in shown.identifiers
        ]
        return cls(
            **{**dict(MemberView.of(shown)), "identifiers": clear},
            profile=ProfileView(
                name=shown.profile.name,
                birthday=birthday(shown.profile.birthday),
                attributes=shown.profile.attributes,
            ),
            consents=consents(shown.consents),
        )


def birthday(found: Birthday | None) -> BirthdayView | None:
    """The view of a birthday."""
    return (
        None if found is None else BirthdayView(month=found.month, day=found.day, year=found.year)
    )


def consents(found: Sequence[Consent]) -> list[ConsentView]:
    """The views of consents."""
    return [ConsentView.model_validate(consent) for consent in found]
