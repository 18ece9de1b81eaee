"""Strict bodies and the types of their fields (promises.md §3): one definition of each limit."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
)
from pydantic_core import PydanticCustomError

from contracts.quantities import AMOUNT_MINOR_MAX, POINTS_MAX

QUANTITY_MAX = 1_000_000
REF_PATTERN = r"^[A-Za-z0-9._:-]{1,64}$"
UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
RFC3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
WHOLE_MICROS = re.compile(r"(\.\d{6})\d+")
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


class Body(BaseModel):
    """What a caller sends: strict types, no unknown field."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def example(**fields: Any) -> dict[str, Any]:
    """Something that a body may say, for its description: `class HoldBody(Body,
    json_schema_extra=example(points=500))`.
    """
    return {"examples": [fields]}


class View(BaseModel):
    """What a caller is answered."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


def flawed(code: str, says: str) -> PydanticCustomError:
    """What a check of a body raises where a value is of the right kind and still not allowed: the
    error has the `code`, and points to what was checked.
    """
    return PydanticCustomError("value_error", "{says}", {"says": says, "code": code})


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if not isinstance(value, str) or not RFC3339.fullmatch(value):
        raise flawed("format", "an RFC 3339 instant with offset")
    try:
        return datetime.fromisoformat(WHOLE_MICROS.sub(r"\1", value.upper())).astimezone(UTC)
    except (ValueError, OverflowError):
        raise flawed("format", "no such instant") from None


def said_instant(moment: datetime) -> str:
    """An instant as it is answered: RFC 3339 in UTC with `Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(value: Any) -> date:
    if type(value) is date:
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise flawed("format", "a date")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise flawed("format", "no such day") from None


def _plain_text(value: str) -> str:
    if value.isascii() and value.isprintable():
        return value
    if any(
        character in BIDI or unicodedata.category(character) in ("Cc", "Cs", "Cn")
        for character in value
    ):
        raise flawed("forbidden_character", "a forbidden character")
    return unicodedata.normalize("NFC", value)


def plain_text(longest: int) -> Callable[[str], str]:
    """A validator for text a person wrote: NFC, no controls, NUL, surrogates or bidi overrides, not
    blank.
    """

    def check(value: str) -> str:
        kept = _plain_text(value)
        if not kept.strip() or len(kept) > longest:
            raise flawed("out_of_range", "blank or too long")
        return kept

    return check


Instant = Annotated[
    datetime,
    Strict(False),
    BeforeValidator(_instant),
    PlainSerializer(said_instant, return_type=str),
]
Day = Annotated[date, Strict(False), BeforeValidator(_day)]
Ref = Annotated[str, Field(pattern=REF_PATTERN)]
Uuid = Annotated[str, Field(pattern=UUID_PATTERN)]
Text64 = Annotated[str, AfterValidator(plain_text(64))]
Name64 = Text64
Note200 = Annotated[str, AfterValidator(plain_text(200))]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
AmountMinor = Annotated[int, Field(ge=0, le=AMOUNT_MINOR_MAX)]
Quantity = Annotated[int, Field(ge=1, le=QUANTITY_MAX)]
PositiveCount = Annotated[int, Field(ge=1, le=POINTS_MAX)]
IdPath = Annotated[str, Path(pattern=REF_PATTERN)]
RefPath = Annotated[str, Path(pattern=REF_PATTERN)]
