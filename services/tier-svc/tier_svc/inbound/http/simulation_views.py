"""How simulations are asked for and answered."""

from datetime import datetime
from fractions import Fraction
from typing import Annotated, Any

from pydantic import ConfigDict, Field, Strict

from chassis.http import Body, Instant, View
from tier_svc.domain.accrual import decimal
from tier_svc.domain.draft import Name
from tier_svc.domain.grounds import Migration
from tier_svc.domain.scenario import Division, Scenario, SimulationAsk, Terms
from tier_svc.domain.simulation_tally import Sums, Tally
from tier_svc.domain.simulations import Move, Simulation, State

TERMS_MAX = 32
BANDS_MAX = 20
SEGMENTS_MAX = 20
AMOUNT_MAX = 10**12
VERSION_MAX = 2**31 - 1

Rate = Annotated[str, Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$")]
SegmentName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
Amount = Annotated[int, Field(ge=0, le=AMOUNT_MAX)]


class TermsBody(Body):
    """What a member brings and costs in a tier: `points_per_unit` of money, the `benefit_share` of
    the spend that benefits give away, minor units a month.
    """

    points_per_unit: Rate = "0"
    benefit_share: Rate = "0"
    benefit_monthly_minor: Amount = 0

    def terms(self) -> Terms:
        """In exact numbers."""
        return Terms(
            Fraction(self.points_per_unit),
            Fraction(self.benefit_share),
            self.benefit_monthly_minor,
        )


class SegmentBody(Body):
    """By what members are told apart: `store`, `channel`, an `attribute` by its name, or the
    `segment`s that they are in at the end of the period: of these, of all unless named.
    """

    by: Annotated[Division, Strict(False)]
    attribute: Name | None = None
    segments: Annotated[list[SegmentName], Field(max_length=SEGMENTS_MAX)] = []  # noqa: RUF012


class AccrualBody(Body):
    """The points of this type are those that the accrual rules in force bring in each tier; then
    the terms name none.
    """

    point_type: Name = "points"


class SimulationBody(Body):
    """A period [from, to), the last year unless said otherwise. With a `migration` the draft takes
    over at `from`, else it has been in force for ever. `against`: another version of the ladder,
    what is in force unless named. `terms` by tier: of all tiers of both, or of none; with
    `accrual` the points are taken from points-svc.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, validate_by_name=False)

    from_at: Annotated[Instant | None, Field(validation_alias="from")] = None
    to_at: Annotated[Instant | None, Field(validation_alias="to")] = None
    against: Annotated[int, Field(ge=1, le=VERSION_MAX)] | None = None
    migration: Annotated[Migration, Strict(False)] | None = None
    segment: SegmentBody | None = None
    terms: Annotated[dict[Name, TermsBody], Field(max_length=TERMS_MAX)] | None = None
    accrual: AccrualBody | None = None
    spend_bands_minor: Annotated[list[Amount], Field(max_length=BANDS_MAX)] = []  # noqa: RUF012

    def ask(self, version: int, from_at: datetime, to_at: datetime) -> SimulationAsk:
        """What is asked, of a version and a period."""
        named = {tier: one.terms() for tier, one in (self.terms or {}).items()}
        return SimulationAsk(
            version,
            self.against,
            from_at,
            to_at,
            self.migration,
            self.segment.by if self.segment else None,
            (self.segment.attribute or "") if self.segment else "",
            named if self.terms is not None else None,
            self.spend_bands_minor,
            self.segment.segments if self.segment else (),
            self.accrual.point_type if self.accrual else None,
        )


class SumsView(View):
    """Sums over members: how many, how many stand elsewhere at any time of the period, higher or
    lower at its end; their spend, what their purchases bring in points, what benefits cost.
    """

    members: int
    moved: int
    up: int
    down: int
    spend_minor: int
    points_before: int
    points_after: int
    benefit_before_minor: int
    benefit_after_minor: int


class MovementView(View):
    """So many members stand in `after` at the end of the period who would stand in `before`."""

    before: str
    after: str
    members: int


class SpreadView(View):
    """How many members stand in each tier at an instant."""

    at: Instant
    is_month_end: bool
    before: dict[str, int]
    after: dict[str, int]


class FairnessView(View):
    """Who gains and who loses: members of a segment whose spend in the period is at least
    `spend_from_minor`, and below the next band's.
    """

    segment: str
    spend_from_minor: int
    sums: SumsView


class SegmentView(View):
    """The members of one segment."""

    segment: str
    sums: SumsView


class ResultView(View):
    """What a simulation found. Tiers are in the order of their ladder, lowest first."""

    tiers_before: list[str]
    tiers_after: list[str]
    total: SumsView
    movement: list[MovementView]
    distribution: list[SpreadView]
    segments: list[SegmentView]
    fairness: list[FairnessView]


class LeftOutView(View):
    """A `rule`, a `campaign` or the `rounding` that no simulation of a ladder counts."""

    kind: str
    name: str


class AccrualView(View):
    """By which version of the accrual rules points are counted: what a whole unit of money brings
    in each tier, and what of the rules is left out.
    """

    version: int
    point_type: str
    points_per_unit: dict[str, str]
    left_out: list[LeftOutView]


class SimulationView(View):
    """A simulation and how far it is. `result` is there once it is done."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True)

    simulation_id: str
    ladder: str
    version: int
    against: int | None
    migration: str | None
    accrual: AccrualView | None
    state: State
    from_at: Annotated[Instant, Field(serialization_alias="from")]
    to_at: Annotated[Instant, Field(serialization_alias="to")]
    members: int | None
    members_done: int
    asked_at: Instant
    asked_by: str
    ended_at: Instant | None
    result: ResultView | None


class SimulationsView(View):
    """Simulations, newest first, without their results."""

    items: list[SimulationView]
    next_cursor: str | None


def simulation_view(one: Simulation, *, with_result: bool = True) -> SimulationView:
    """A simulation as it is answered."""
    is_whole = with_result and one.state is State.DONE
    return SimulationView(
        simulation_id=one.simulation_id,
        ladder=one.ladder,
        version=one.version,
        against=one.against,
        migration=one.migration,
        accrual=_accrual(one.scenario),
        state=one.state,
        from_at=one.scenario.from_at,
        to_at=one.scenario.to_at,
        members=one.members,
        members_done=one.members_done,
        asked_at=one.asked_at,
        asked_by=one.asked_by,
        ended_at=one.ended_at,
        result=result_view(one.scenario, one.tally) if is_whole else None,
    )


def _accrual(scenario: Scenario) -> AccrualView | None:
    if scenario.accrual is None:
        return None
    return AccrualView(
        version=scenario.accrual.version,
        point_type=scenario.accrual.point_type,
        points_per_unit={
            tier: decimal(scenario.terms[tier].points_per_unit) for tier in scenario.tiers
        },
        left_out=[LeftOutView(**one._asdict()) for one in scenario.accrual.left_out],
    )


def result_view(scenario: Scenario, tally: Tally) -> ResultView:
    """What was counted, in tables."""
    return ResultView(
        tiers_before=[rung.tier for rung in scenario.before[-1].ladder.rungs],
        tiers_after=[rung.tier for rung in scenario.after[-1].ladder.rungs],
        total=_sums(tally.total),
        movement=[
            MovementView(before=before, after=after, members=sums.members)
            for (before, after), sums in tally.by("before", "after")
        ],
        distribution=[
            SpreadView(at=at, is_month_end=is_month_end, before=dict(was), after=dict(now))
            for (at, is_month_end), (was, now) in zip(
                scenario.instants, tally.spreads, strict=False
            )
        ],
        segments=[
            SegmentView(segment=segment, sums=_sums(sums))
            for (segment,), sums in tally.by("segment")
            if scenario.division is not None
        ],
        fairness=[
            FairnessView(segment=segment, spend_from_minor=band, sums=_sums(sums))
            for (segment, band), sums in tally.by("segment", "band_minor")
        ],
    )


def move_line(move: Move) -> dict[str, Any]:
    """Who moves when, as a line of NDJSON."""
    return {
        "member_id": move.member_id,
        "segment": move.segment,
        "spend_minor": move.spend_minor,
        "before": move.before,
        "after": move.after,
        "stretches": [
            {"from": from_at, "to": to_at, "before": before, "after": after}
            for from_at, to_at, before, after in move.stretches
        ],
    }


def _sums(sums: Sums) -> SumsView:
    return SumsView(**sums._asdict())
