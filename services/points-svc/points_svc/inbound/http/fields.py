"""Fields that several doors share, and the name of a command that came with a key alone."""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import Header
from pydantic import Field

from chassis.auth import Caller
from chassis.http import Ref, Uuid
from points_svc.domain.programme import NAME
from points_svc.domain.rules_document import BURNABLE

PointTypeName = Annotated[str, Field(pattern=NAME)]
Purpose = Ref
KeyHeader = Annotated[str | None, Header(alias="Idempotency-Key")]
DEFAULT_TYPE = BURNABLE

__all__ = ["DEFAULT_TYPE", "KeyHeader", "PointTypeName", "Purpose", "Uuid", "named", "sees_all"]


def sees_all(caller: Caller) -> bool:
    """Whether every channel's holds and burns are shown to a caller: who can only read sees all,
    who
    redeems sees what is theirs, so that they never take another's for their own (I19).
    """
    return "points:redeem" not in caller.scopes


def named(given: str | None, caller: Caller, key: str | None) -> str:
    """The id that the caller chose, or one made of the caller and their Idempotency-Key."""
    if given is not None:
        return given
    digest = hashlib.sha256(f"{caller.source}\0{key}".encode()).digest()
    return str(UUID(bytes=digest[:16], version=4))
