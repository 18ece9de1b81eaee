"""How simulations of accrual rules are asked for and answered."""

from collections.abc import Iterable
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from chassis.http import Body, Instant, View
from points_svc.domain.programme import NAME
from points_svc.domain.scenario import Scenario, SimulationAsk
from points_svc.domain.simulation_tally import Sums, Tally, Touched, band, runs_out_on
from points_svc.domain.simulations import Move, Simulation, State, budgets

POINT_TYPES_MAX = 20
VERSION_MAX = 2**31 - 1

PointTypeName = Annotated[str, Field(pattern=NAME)]
Rate = Annotated[str, Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$")]


class SimulationBody(Body):
    """A period [from, to), the last year unless said otherwise. `against`: another version, what is
    in force unless named. `point_values`: minor units of money that a point is worth, by its type.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, validate_by_name=False)

    from_at: Annotated[Instant | None, Field(validation_alias="from")] = None
    to_at: Annotated[Instant | None, Field(validation_alias="to")] = None
    against: Annotated[int, Field(ge=1, le=VERSION_MAX)] | None = None
    point_values: Annotated[dict[PointTypeName, Rate], Field(max_length=POINT_TYPES_MAX)] = Field(
        default_factory=dict
    )

    def ask(self, version: int, from_at: datetime, to_at: datetime) -> SimulationAsk:
        """What is asked, of a version and a period."""
        values = {name: Fraction(value) for name, value in self.point_values.items()}
        return SimulationAsk(version, self.against, from_at, to_at, values)


class SumsView(View):
    """Points of facts, net of what came back in the period: as they stand in the ledger (`posted`),
    as the rules compared with rate them (`before`), and as the version does (`after`). `changed`:
    how many facts those two rate otherwise.
    """

    facts: int
    changed: int
    posted: int
    before: int
    after: int


class MonthView(View):
    """The facts of a month in the programme's zone."""

    month: str
    sums: SumsView


class TierSumsView(View):
    """The facts that a tier rated, before."""

    tier: str
    sums: SumsView


class RulePointsView(View):
    """Whole points that a rule brought, in the order of rules: each has what it adds to those
    before it. `phase` is the rule's, `campaign`, or `rest`: what rounding makes of the sum.
    """

    phase: str
    rule: str
    before: int
    after: int


class BandView(View):
    """So many members whose points change by `from` … `to`, both among them."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True)

    least: Annotated[int, Field(serialization_alias="from")]
    most: Annotated[int, Field(serialization_alias="to")]
    members: int


class TouchedView(View):
    """A member whose points change."""

    member_id: str
    change: int
    posted: int
    before: int
    after: int


class PointTypeView(View):
    """One point type. `members` have facts; `up` and `down` of them would have more or fewer
    points. Costs are there where a value was named, in minor units, rounded down.
    """

    point_type: str
    sums: SumsView
    cost_before_minor: int | None
    cost_after_minor: int | None
    members: int
    up: int
    down: int
    by_rule: list[RulePointsView]
    by_month: list[MonthView]
    by_tier: list[TierSumsView]
    distribution: list[BandView]
    gained_most: list[TouchedView]
    lost_most: list[TouchedView]


class CampaignAskedView(View):
    """A campaign of the version: what facts ask of it within its caps, and its budget; `beyond` is
    what that does not bear, from facts of `runs_out_on` on.
    """

    campaign: str
    point_type: str
    asked: int
    budget: int
    beyond: int
    runs_out_on: date | None


class ResultView(View):
    """What a simulation found. `leaves_out` names what limits facts when they are recorded and is
    not simulated, on neither side: `budgets`, `maximum_balance`, `counted_before` (what caps that
    span purchases had counted before the period).
    """

    point_types: list[PointTypeView]
    campaigns: list[CampaignAskedView]
    leaves_out: list[str]


class SimulationView(View):
    """A simulation and how far it is. `result` is there once it is done."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True)

    simulation_id: str
    version: int
    against: int | None
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
        version=one.version,
        against=one.against,
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


def result_view(scenario: Scenario, tally: Tally) -> ResultView:
    """What was counted, in tables."""
    return ResultView(
        point_types=[_point_type(scenario, tally, name) for name in scenario.point_types],
        campaigns=_campaigns(scenario, tally),
        leaves_out=list(scenario.leaves_out),
    )


def move_line(move: Move) -> dict[str, Any]:
    """Whose points change by how much, as a line of NDJSON."""
    points = [{"point_type": name, **sums._asdict()} for name, sums in sorted(move.sums.items())]
    return {"member_id": move.member_id, "points": points}


def _point_type(scenario: Scenario, tally: Tally, name: str) -> PointTypeView:
    total = tally.total(name)
    members = tally.members_of(name)
    parts = [(part, both) for (of, part), both in tally.parts.items() if of == name]
    return PointTypeView(
        point_type=name,
        sums=_sums(total),
        cost_before_minor=scenario.cost(name, total.before),
        cost_after_minor=scenario.cost(name, total.after),
        members=members.members,
        up=members.up,
        down=members.down,
        by_rule=[
            RulePointsView(phase=part.phase, rule=part.rule, before=was, after=now)
            for part, (was, now) in sorted(parts, key=lambda one: one[0].rank)
        ],
        by_month=[
            MonthView(month=month, sums=_sums(sums))
            for (of, month), sums in tally.by("point_type", "month")
            if of == name
        ],
        by_tier=[
            TierSumsView(tier=tier, sums=_sums(sums))
            for (of, tier), sums in tally.by("point_type", "tier")
            if of == name
        ],
        distribution=[
            BandView(least=least, most=most, members=count)
            for (least, most), count in sorted((band(e), n) for e, n in members.bands.items())
        ],
        gained_most=_touched(members.gained),
        lost_most=_touched(members.lost),
    )


def _campaigns(scenario: Scenario, tally: Tally) -> list[CampaignAskedView]:
    out = []
    for campaign, point_type, budget in budgets(scenario):
        days = tally.days_of(campaign, point_type)
        asked = sum(days.values())
        out.append(
            CampaignAskedView(
                campaign=campaign,
                point_type=point_type,
                asked=asked,
                budget=budget,
                beyond=max(0, asked - budget),
                runs_out_on=_day(runs_out_on(days, budget)),
            )
        )
    return out


def _day(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None


def _sums(sums: Sums) -> SumsView:
    return SumsView(**sums._asdict())


def _touched(some: Iterable[Touched]) -> list[TouchedView]:
    return [TouchedView(**one._asdict()) for one in some]
