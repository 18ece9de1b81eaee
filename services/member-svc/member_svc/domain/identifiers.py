"""What finds a member: one spelling of an identifier, its blind index, its mask (M2, M3)."""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from typing import NewType

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from contracts.ids import MemberId

BlindIndex = NewType("BlindIndex", bytes)

VALUE_MAX = 254
KIND_PATTERN = r"^(phone|email|card|app|platform:[a-z0-9][a-z0-9_-]{0,31})$"
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A kind and a value in its one spelling: E.164, lower-cased e-mail, NFC."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Linked:
    """An identifier in clear and the opaque name of its link to a member."""

    identifier_id: str
    identifier: Identifier


class Unreadable(ValueError):
    """A value that is none of its kind. Carries no part of it."""


def normalise(kind: str, written: str, region: str) -> Identifier:
    """The one spelling of what a channel wrote; `region` completes national phone numbers. Raises
    Unreadable.

    A phone number has to be possible by its length, not assigned: numbering plans grow faster than
    libraries.
    """
    text = unicodedata.normalize("NFC", written).strip()
    if kind == "phone":
        return Identifier(kind, _e164(text, region))
    if kind == "email":
        return Identifier(kind, _email(text))
    if not text:
        raise Unreadable(kind)
    return Identifier(kind, text)


def _e164(text: str, region: str) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise Unreadable("phone") from None
    if _LETTER.search(text) or number.extension or not phonenumbers.is_possible_number(number):
        raise Unreadable("phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(text: str) -> str:
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Unreadable("email") from None
    return found.normalized.lower()


def blind_index(key: bytes, identifier: Identifier) -> BlindIndex:
    """What the identifier is looked up by: HMAC-SHA256 of kind and value. Nobody reads it back
    without the key.
    """
    bound = f"{identifier.kind}\0{identifier.value}".encode()
    return BlindIndex(hmac.digest(key, bound, "sha256"))


def identifier_id(member_id: MemberId, index: BlindIndex) -> str:
    """The opaque name of a link: the same identifier linked again to the same member is named
    alike.
    """
    digest = hashlib.sha256(member_id.encode() + b"\0" + index).hexdigest()
    return f"idt_{digest[:32]}"


def mask(identifier: Identifier) -> str:
    """What a reply shows: enough for its owner to know it again, too little for anyone else."""
    if identifier.kind == "phone":
        return _mask_phone(identifier.value)
    if identifier.kind == "email":
        local, _, domain = identifier.value.rpartition("@")
        return f"{local[:1]}***@{domain}"
    return "****" + _tail(identifier.value)


def _mask_phone(e164: str) -> str:
    national = phonenumbers.national_significant_number(phonenumbers.parse(e164))
    if len(national) < 8:
        return "*" * (len(national) - 2) + national[-2:]
    return national[:3] + "*" * (len(national) - 7) + national[-4:]


def _tail(value: str) -> str:
    return value[-4:] if len(value) >= 8 else value[-1:] if len(value) >= 4 else ""
