"""Fields that several doors of this service share."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from benefit_svc.domain.catalog import BEGINNING
from chassis.http import Instant, flawed
from chassis.http.bodies import said_instant


def _refuse(_: Any) -> Any:
    raise flawed("not_built", "not built yet")


def built_or_refused(planned: frozenset[str]) -> Callable[[Any], Any]:
    """A validator that tells what is planned but not built from what nobody ever meant."""

    def check(value: Any) -> Any:
        return _refuse(value) if isinstance(value, str) and value in planned else value

    return check


def _said_start(moment: datetime) -> str | None:
    return None if moment == BEGINNING else said_instant(moment)


NotBuilt = Annotated[Any, BeforeValidator(_refuse)]
"""A field that users expect and this build does not have: it is refused by name."""

Start = Annotated[Instant, PlainSerializer(_said_start, return_type=str | None)]
"""When a version begins; null for the first, which is in force from the beginning of time."""
