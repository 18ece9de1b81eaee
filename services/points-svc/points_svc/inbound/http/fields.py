"""Fields that several doors share, and the name of a command that came with a key alone."""

import hashlib
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Header, Query
from pydantic import Field

from chassis.auth import Caller
from chassis.http import Day, FieldError, Instant, Invalid, Ref, Uuid
from points_svc.domain.programme import NAME
from points_svc.domain.rules_document import BURNABLE

PointTypeName = Annotated[str, Field(pattern=NAME)]
Purpose = Ref
Moment = Annotated[Instant | None, Query()]
FromDay = Annotated[Day, Query(alias="from")]
ToDay = Annotated[Day, Query(alias="to")]
KeyHeader = Annotated[str | None, Header(alias="Idempotency-Key")]
DEFAULT_TYPE = BURNABLE

__all__ = [
    "DEFAULT_TYPE",
    "FromDay",
    "KeyHeader",
    "Moment",
    "PointTypeName",
    "Purpose",
    "ToDay",
    "Uuid",
    "demand_period",
    "is_inside",
    "named",
    "sees_all",
    "sees_pools",
]

DAYS_MAX = 3_660
YEAR_MIN, YEAR_MAX = 1_970, 9_000


def demand_period(begins_on: date, ends_on: date, days_max: int = DAYS_MAX) -> None:
    """Refuse a period that is empty, runs backwards or is longer than is read at once. Refusals:
    Invalid.
    """
    if not 0 < (ends_on - begins_on).days <= days_max:
        raise Invalid(FieldError("/to", "out_of_range"))
    if not YEAR_MIN <= begins_on.year <= ends_on.year <= YEAR_MAX:
        raise Invalid(FieldError("/from", "out_of_range"))


def sees_all(caller: Caller) -> bool:
    """Whether every channel's holds and burns are shown to a caller: who can only read sees all,
    who redeems sees what is theirs, so that they never take another's for their own (I19).
    """
    return "points:redeem" not in caller.scopes


INSIDE = frozenset({"points:adjust", "points:approve", "points:import", "reports:read", "ops"})
"""Scopes of the brand's own teams; no channel has one of them."""


def is_inside(caller: Caller) -> bool:
    """Whether a caller is one of the brand's own teams, which see who decided. A channel sees that
    something was decided, and its code (I19).
    """
    return bool(INSIDE & caller.scopes)


def sees_pools(caller: Caller) -> bool:
    """Whether everybody who shares a pool is shown to a caller: to the brand's own teams and to who
    can only read. A channel sees whom it let in itself, and whom it serves (I19).
    """
    return is_inside(caller) or sees_all(caller)


def named(given: str | None, caller: Caller, key: str | None) -> str:
    """The id that the caller chose, or one made of the caller and their Idempotency-Key."""
    if given is not None:
        return given
    digest = hashlib.sha256(f"{caller.source}\0{key}".encode()).digest()
    return str(UUID(bytes=digest[:16], version=4))
