"""What the doors of members read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from chassis.http import Body, FieldError, Invalid, Name64, Note200, Ref, example, flawed
from contracts.ids import MemberId
from member_svc.domain.facts import in_future
from member_svc.domain.members import Birthday, Consent, Enrolment, Profile, ProfileChange, exists
from member_svc.domain.programme import Terms
from member_svc.domain.statuses import MemberStatus
from member_svc.inbound.http.fields import IdentifierBody, Moment
from member_svc.store.vault import Vault

IDENTIFIERS_MAX = 10
ATTRIBUTES_MAX = 32
CONSENTS_MAX = 20
YEAR_MIN, YEAR_MAX = 1900, 2100


class BirthdayBody(Body):
    """A day of the year; the year itself may stay unknown."""

    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]
    year: Annotated[int, Field(ge=YEAR_MIN, le=YEAR_MAX)] | None = None

    @model_validator(mode="after")
    def is_a_day(self) -> "BirthdayBody":
        """Refuses days that no calendar has."""
        if not exists(self.value):
            raise flawed("out_of_range", "no such day")
        return self

    @property
    def value(self) -> Birthday:
        """The birthday."""
        return Birthday(self.month, self.day, self.year)


class ConsentBody(Body):
    """What a member allows. Without `channel` it is the caller's; without a time it is now."""

    purpose: Ref
    version: Ref
    channel: Ref | None = None
    consented_at: Moment | None = None

    def value(self, source: str, now: datetime) -> Consent:
        """The consent. Refusals: OccurredInFuture."""
        if self.consented_at is not None and (refusal := in_future(self.consented_at, now)):
            raise refusal
        return Consent(self.purpose, self.version, self.channel or source, self.consented_at or now)


def _not_offered(code: object) -> None:
    if code is not None:
        raise flawed("not_offered", "no referrals here")


NotOffered = Annotated[None, BeforeValidator(_not_offered)]
"""A field that the contract names and this programme does not offer: refused rather than lost."""

Consents = Annotated[list[ConsentBody], Field(max_length=CONSENTS_MAX)]
Attributes = Annotated[dict[Ref, Note200], Field(max_length=ATTRIBUTES_MAX)]


class NewProfileBody(Body):
    """What someone tells about themselves when they join."""

    name: Name64 | None = None
    birthday: BirthdayBody | None = None
    attributes: Attributes = Field(default_factory=dict)

    @property
    def value(self) -> Profile:
        """The profile."""
        birthday = self.birthday.value if self.birthday else None
        return Profile(self.name, birthday, dict(self.attributes))


class EnrollBody(
    Body,
    json_schema_extra=example(
        identifiers=[
            {"kind": "card", "value": "880001"},
            {"kind": "phone", "value": "+8613800138000"},
        ]
    ),
):
    """Someone to enroll, by one identifier or several."""

    identifiers: Annotated[list[IdentifierBody], Field(min_length=1, max_length=IDENTIFIERS_MAX)]
    profile: NewProfileBody = NewProfileBody()
    consents: Consents = Field(default_factory=list)
    referral_code: NotOffered = None
    enrolled_at: Moment | None = None

    def asks(
        self, member_id: MemberId, source: str, vault: Vault, terms: Terms, now: datetime
    ) -> Enrolment:
        """The enrolment that `member_id` would name. Refusals: Invalid, OccurredInFuture."""
        found = [
            one.named(f"/identifiers/{number}/value", vault, terms)
            for number, one in enumerate(self.identifiers)
        ]
        return Enrolment(
            member_id=member_id,
            source=source,
            identifiers=dict(found),
            profile=self.profile.value,
            consents=values(self.consents, source, now),
            enrolled_at=self.enrolled_at,
        )


class ChangedProfileBody(Body):
    """What changes: a field that is not named stays, null takes it away; so does null for an
    attribute.
    """

    name: Name64 | None = None
    birthday: BirthdayBody | None = None
    attributes: Annotated[dict[Ref, Note200 | None], Field(max_length=ATTRIBUTES_MAX)] = Field(
        default_factory=dict
    )


class ProfileBody(Body, json_schema_extra=example(profile={"attributes": {"shoe-size": "42"}})):
    """A change of profile, further consents, or both."""

    profile: ChangedProfileBody = ChangedProfileBody()
    consents: Consents = Field(default_factory=list)

    def changes(self) -> ProfileChange:
        """The change of the profile."""
        said = self.profile
        return ProfileChange(
            named=frozenset(said.model_fields_set),
            name=said.name,
            birthday=said.birthday.value if said.birthday else None,
            attributes=said.attributes,
        )

    def allows(self, source: str, now: datetime) -> Sequence[Consent]:
        """The further consents. Refusals: OccurredInFuture."""
        return values(self.consents, source, now)


class StatusBody(
    Body, json_schema_extra=example(status="suspended", reason="the card was found in the street")
):
    """What a member may do from now on, and why."""

    status: MemberStatus
    reason: Note200


class RevealBody(Body, json_schema_extra=example(reason="called about a parcel")):
    """Why somebody has to see a member in clear."""

    reason: Note200


def values(consents: Sequence[ConsentBody], source: str, now: datetime) -> list[Consent]:
    """The consents as values. Refusals: Invalid where one is said twice, OccurredInFuture."""
    found = [consent.value(source, now) for consent in consents]
    if len({(one.purpose, one.version, one.channel) for one in found}) < len(found):
        raise Invalid(FieldError("/consents", "duplicate"))
    return found
