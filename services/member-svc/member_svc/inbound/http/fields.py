"""Fields that several doors read: identifiers, moments that have a floor, and how they become
values.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from chassis.auth import Caller
from chassis.http import Body, FieldError, Instant, Invalid, Ref, example, flawed
from chassis.http.bodies import plain_text
from chassis.http.problems import Forbidden
from contracts.ids import MemberId
from member_svc.domain.identifiers import (
    KIND_PATTERN,
    VALUE_MAX,
    BlindIndex,
    Identifier,
    Unreadable,
    blind_index,
    normalise,
)
from member_svc.domain.programme import Terms
from member_svc.store.vault import Vault

ATTRIBUTES_MAX = 32
FLOOR = datetime(1970, 1, 1, tzinfo=UTC)


def _not_before_the_epoch(moment: datetime) -> datetime:
    if moment < FLOOR:
        raise flawed("out_of_range", "too long ago")
    return moment


Moment = Annotated[Instant, AfterValidator(_not_before_the_epoch)]
Kind = Annotated[str, Field(pattern=KIND_PATTERN)]
Value = Annotated[str, AfterValidator(plain_text(VALUE_MAX))]


class IdentifierBody(Body, json_schema_extra=example(kind="phone", value="+86 138 0013 8000")):
    """An identifier as a channel wrote it."""

    kind: Kind
    value: Value

    def named(self, path: str, vault: Vault, terms: Terms) -> tuple[BlindIndex, Identifier]:
        """Its one spelling and what finds it. Refusals: Invalid at `path`."""
        return named(self.kind, self.value, path, vault, terms)


class MemberBody(Body):
    """Whose fact it is: a member by id, or by any identifier; exactly one of them."""

    member_id: Ref | None = None
    kind: Kind | None = None
    value: Value | None = None

    @model_validator(mode="after")
    def names_one(self) -> "MemberBody":
        """Refuses both and neither."""
        by_identifier = self.kind is not None and self.value is not None
        if (self.member_id is None) == (not by_identifier) or (self.kind is None) != (
            self.value is None
        ):
            raise flawed("format", "one way to name a member")
        return self

    def resolved(self, vault: Vault, terms: Terms) -> tuple[MemberId | None, BlindIndex | None]:
        """The id, or the blind index of the identifier. Refusals: Invalid at /member/value."""
        if self.kind is None or self.value is None:
            return MemberId(self.member_id or ""), None
        index, _ = named(self.kind, self.value, "/member/value", vault, terms)
        return None, index


def named(
    kind: str, value: str, path: str, vault: Vault, terms: Terms
) -> tuple[BlindIndex, Identifier]:
    """An identifier's one spelling and its blind index. Refusals: Invalid at `path`."""
    try:
        identifier = normalise(kind, value, terms.programme.default_region)
    except Unreadable:
        raise Invalid(FieldError(path, "format")) from None
    return blind_index(vault.blind_key, identifier), identifier


def told_by(named: str | None, caller: Caller, scope: str = "return:any") -> str:
    """Whose purchase or complaint a fact is about: the caller's own, where no other channel is
    named.

    Refusals: Forbidden for another channel's without `scope`.
    """
    source = named or caller.source
    if source != caller.source and scope not in caller.scopes:
        raise Forbidden
    return source
