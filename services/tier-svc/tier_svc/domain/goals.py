"""What a challenge or a match asks for, as it is written."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from tier_svc.domain.draft import (
    THRESHOLD_MAX,
    LengthWritten,
    Names,
    TestWritten,
    WhereWritten,
    WindowWritten,
    Word,
    Written,
)
from tier_svc.domain.flaws import Flaws
from tier_svc.domain.instants import Span
from tier_svc.domain.ladder import AtLeast
from tier_svc.domain.reading_tests import read_test
from tier_svc.domain.ways import Goal

METRICS = ("spend", "visits", "activities", "tasks")
"""What is known without asking a ladder which points it counts."""


class GoalWritten(Written):
    """A metric that has to reach `at_least`; met, the tier lasts for `lasts` from then on."""

    metric: Word
    count: Word | None = None
    kinds: Names | None = None
    where: WhereWritten | None = None
    at_least: Annotated[int, Field(ge=1, le=THRESHOLD_MAX)]
    lasts: LengthWritten


def read_goal(written: GoalWritten, by: datetime) -> Goal | list[tuple[str, str]]:
    """The goal, or what is wrong with it by place and code."""
    flaws = Flaws()
    if written.metric not in METRICS:
        flaws.add("/metric", "unknown_metric")
    if (written.lasts.months is None) == (written.lasts.days is None):
        flaws.add("/lasts", "months_or_days")
    if flaws.found:
        return flaws.found
    test = read_test(
        flaws,
        TestWritten(
            **written.model_dump(exclude={"lasts", "where"}, exclude_none=True),
            where=written.where,
            window=WindowWritten(lifetime=True),
        ),
    )
    if flaws.found or not isinstance(test, AtLeast):
        return flaws.found
    lasts = Span(months=written.lasts.months or 0, days=written.lasts.days or 0)
    return Goal(test.measure, test.threshold, by, lasts)
