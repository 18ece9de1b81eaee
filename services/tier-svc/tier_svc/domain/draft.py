"""A ladder as it is written: what a caller sends and the table keeps. `reading` turns it into a
Ladder.

Words are plain text here, so that what is unknown or not available yet can be refused by name.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

RUNGS_MAX = 16
PARTS_MAX = 16
NAMES_MAX = 100
THRESHOLD_MAX = 10**15
MONTHS_MAX = 120
DAYS_MAX = 3_660
PERIODS_MAX = 40

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
Word = Annotated[str, Field(max_length=64)]
Names = Annotated[list[Word], Field(min_length=1, max_length=NAMES_MAX)]
Months = Annotated[int, Field(ge=1, le=MONTHS_MAX)]
Days = Annotated[int, Field(ge=1, le=DAYS_MAX)]


class Written(BaseModel):
    """Strict, and nothing unknown."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class LengthWritten(Written):
    """Either months or days, on the wall clock of the programme's zone."""

    months: Months | None = None
    days: Days | None = None


class StayWritten(Written):
    """Either months, or that many calendar periods, counting the one it begins in."""

    months: Months | None = None
    calendar: Word | None = None
    periods: Annotated[int, Field(ge=1, le=PERIODS_MAX)] | None = None


class WindowWritten(Written):
    """One of: rolling months, rolling days, a calendar month, quarter or year, a membership year
    (`anniversary`), a lifetime.
    """

    rolling_months: Months | None = None
    rolling_days: Days | None = None
    calendar: Word | None = None
    lifetime: bool | None = None
    anniversary: bool | None = None


class WhereWritten(Written):
    """Only what was bought of these categories, in these stores, through these channels; or
    complaints of these categories and severities.
    """

    categories: Names | None = None
    stores: Names | None = None
    channels: Names | None = None
    severities: Names | None = None


class TestWritten(Written):
    """`all` or `any` of several tests, or a metric that has reached `at_least` in a window;
    complaints may also be `at_most`.

    Spend is in minor units. Visits count `orders` or `days`. Points name their point type. Tasks
    name their `kinds`, each counted once; activities may. Attributes name theirs.
    """

    __test__ = False

    all: Annotated[list["TestWritten"], Field(min_length=1, max_length=PARTS_MAX)] | None = None
    any: Annotated[list["TestWritten"], Field(min_length=1, max_length=PARTS_MAX)] | None = None
    metric: Word | None = None
    count: Word | None = None
    point_type: Name | None = None
    kinds: Names | None = None
    attribute: Name | None = None
    where: WhereWritten | None = None
    at_least: Annotated[int, Field(ge=1, le=THRESHOLD_MAX)] | None = None
    at_most: Annotated[int, Field(ge=0, le=THRESHOLD_MAX)] | None = None
    window: WindowWritten | None = None


class RungWritten(Written):
    """One tier. The first rung is the base: it has a name and nothing else.

    Who has reached a rung never falls below its `floor`. `invitation_only` and `paid` rungs need
    that besides their test, and nothing else where they have none.
    """

    tier: Name
    test: TestWritten | None = None
    stay: StayWritten | None = None
    renewal: Word | None = None
    minimum_stay: LengthWritten | None = None
    grace: LengthWritten | None = None
    downgrade: Word | None = None
    floor: Word | None = None
    invitation_only: bool | None = None
    paid: bool | None = None


class OnReturnWritten(Written):
    """A return is looked at days after its effect, or when that calendar period ends."""

    days: Days | None = None
    calendar: Word | None = None


class LadderWritten(Written):
    """A ladder, lowest rung first.

    A return re-tests at its instant (`at_once`), or as `on_return` says (T4). Tests are looked at
    `at_once`, or when each `month`, `quarter` or `year` ends, as `evaluated` says.
    """

    name: Name
    rungs: Annotated[list[RungWritten], Field(min_length=1, max_length=RUNGS_MAX)]
    on_return: Word | OnReturnWritten | None = None
    evaluated: Word | None = None
