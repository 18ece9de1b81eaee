"""What every part of a document of ours has in common: strict, refused by code, exact decimals."""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from points_svc.domain.programme import NAME

DECIMAL = r"^(0|[1-9][0-9]{0,3})(\.[0-9]{1,6})?$"


def refused(code: str) -> PydanticCustomError:
    """A finding of ours, under a code of its own."""
    return PydanticCustomError("value_error", "the rules do not allow that", {"code": code})


def at_most(limit: Fraction) -> AfterValidator:
    """A decimal's largest value."""

    def check(text: str) -> str:
        if Fraction(text) > limit:
            raise refused("out_of_range")
        return text

    return AfterValidator(check)


def twice(names: Iterable[str]) -> bool:
    """Whether any name comes more than once."""
    return any(count > 1 for count in Counter(names).values())


class Part(BaseModel):
    """A part of the document: strict, and nothing that we do not know.

    What people will look for and this build does not have is refused under its own name.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    to_come: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="before")
    @classmethod
    def _has_nothing_to_come(cls, data: object) -> object:
        named: dict[object, object] = data if isinstance(data, dict) else {}
        for name in cls.to_come:
            if name in named:
                raise refused(f"{name}_not_available")
        return data


Name = Annotated[str, Field(pattern=NAME)]
