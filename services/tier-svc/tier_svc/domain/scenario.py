"""What is simulated: two ways in which a ladder could have been, over one period (T7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tier_svc.domain.accrual import Accrual, RulesTold, rates
from tier_svc.domain.grounds import Migration
from tier_svc.domain.instants import TICK, Period, Periods, end_of
from tier_svc.domain.ladder import Ladder, Rung
from tier_svc.domain.publications import EVERYONE, Publication
from tier_svc.domain.refusals import SimulationInvalid

MONTHS_MAX = 120
BANDS = (0, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000)
"""Lower edges of spend in whole units of money, where the caller names none."""


class Division(StrEnum):
    """By what members are told apart: the store or channel of most of their purchases in the
    period, what staff set of them, or the segments that they are in at its end.
    """

    STORE = "store"
    CHANNEL = "channel"
    ATTRIBUTE = "attribute"
    SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a member brings and costs in a tier: points for each whole unit of money, the part of
    what is spent that benefits give away, and minor units for each month at whose end the member
    stands there.
    """

    points_per_unit: Fraction
    benefit_share: Fraction
    benefit_monthly_minor: int


NO_TERMS = Terms(Fraction(0), Fraction(0), 0)


@dataclass(frozen=True, slots=True)
class SimulationAsk:
    """What a caller wants to know: the draft, what to compare it with (None: what is in force), the
    period, and how the draft takes over at its beginning (None: it has been in force for ever).
    `segments`: those that members are told apart by; none: all. `point_type`: rated by the accrual
    rules in force, not by the terms.
    """

    version: int
    against: int | None
    from_at: datetime
    to_at: datetime
    migration: Migration | None = None
    division: Division | None = None
    attribute: str = ""
    terms: Mapping[str, Terms] | None = None
    bands_minor: Sequence[int] = ()
    segments: Sequence[str] = ()
    point_type: str | None = None


class Instant(NamedTuple):
    """When the distribution is looked at: the last instant of a month, or of the period."""

    at: datetime
    is_month_end: bool


@dataclass(frozen=True)
class Scenario:
    """Two courses of one ladder in [from_at, to_at), and what is counted of them. `before` and
    `after` are publications as those that are in force are; `unit_minor`: minor units of one whole
    unit of money. `segments`: those that members are told apart by; none: all.
    `accrual`: the rules that the terms were taken from.
    """

    before: Sequence[Publication]
    after: Sequence[Publication]
    from_at: datetime
    to_at: datetime
    zone: ZoneInfo
    unit_minor: int
    terms: Mapping[str, Terms]
    bands_minor: Sequence[int]
    division: Division | None = None
    attribute: str = ""
    segments: Sequence[str] = ()
    accrual: Accrual | None = None

    @cached_property
    def instants(self) -> tuple[Instant, ...]:
        """The last instant of each month that ends in the period, and of the period itself."""
        out: list[Instant] = []
        end = self.from_at
        for _ in range(MONTHS_MAX + 1):
            end = end_of(end, Periods(Period.MONTH, 1), self.zone)
            if end > self.to_at:
                break
            out.append(Instant(end - TICK, is_month_end=True))
        if not out or out[-1].at != self.to_at - TICK:
            out.append(Instant(self.to_at - TICK, is_month_end=False))
        return tuple(out)

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to compare: it is one course."""
        return self.before == self.after

    @property
    def ladders(self) -> list[Ladder]:
        """Every version that either course asks."""
        return [one.ladder for one in (*self.before, *self.after)]

    @property
    def tiers(self) -> list[str]:
        """Every tier of them, once, the lowest of each first."""
        return list(dict.fromkeys(rung.tier for one in self.ladders for rung in one.rungs))

    def steps(self, before: str, after: str) -> int:
        """How far up (or, below 0, down) a member is moved; a tier of one name is one tier, at
        whatever rank. The draft's order decides, where it has both.
        """
        if before == after:
            return 0
        old, new = self.before[-1].ladder.ranks, self.after[-1].ladder.ranks
        ranks = next((one for one in (new, old) if before in one and after in one), None)
        if ranks is not None:
            return ranks[after] - ranks[before]
        return new.get(after, 0) - old.get(before, 0)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a simulation takes place: what is in force of the ladder, the zone and the money of the
    programme, the accrual rules in force where they are asked for.
    """

    in_force: Sequence[Publication]
    zone: ZoneInfo
    unit_minor: int
    rules: RulesTold | None = None


def scenario(
    ask: SimulationAsk, setting: Setting, draft: Ladder, against: Ladder | None
) -> Scenario:
    """What to simulate. A ladder of which nothing is in force is compared with its base alone.

    Refusals: SimulationInvalid.
    """
    flaws: list[tuple[str, str]] = []
    if against is not None and against.name != draft.name:
        flaws.append(("/against", "other_ladder"))
    before = _course(ask, setting, against) if against else _as_it_is(setting, draft)
    after = _course(ask, setting, draft)
    found = Scenario(
        before,
        after,
        ask.from_at,
        ask.to_at,
        setting.zone,
        setting.unit_minor,
        ask.terms or {},
        tuple(ask.bands_minor) or tuple(edge * setting.unit_minor for edge in BANDS),
        ask.division,
        ask.attribute,
        tuple(ask.segments),
    )
    if ask.point_type is not None:
        found = _rated(ask, setting, found, flaws)
    flaws += _flaws(ask, setting, found)
    if flaws:
        raise SimulationInvalid(errors=[{"path": path, "code": code} for path, code in flaws])
    return found


def _rated(
    ask: SimulationAsk, setting: Setting, found: Scenario, flaws: list[tuple[str, str]]
) -> Scenario:
    """With the points that the accrual rules bring in each tier of either side."""
    assert ask.point_type is not None, "points are asked for"
    if any(one.points_per_unit for one in found.terms.values()):
        flaws.append(("/terms", "points_twice"))
    if setting.rules is None:
        flaws.append(("/accrual", "unpublished"))
        return found
    rated = rates(setting.rules, ask.point_type, found.tiers)
    if rated is None:
        flaws.append(("/accrual/point_type", "not_found"))
        return found
    terms = {
        tier: replace(found.terms.get(tier, NO_TERMS), points_per_unit=rate)
        for tier, rate in rated.points_per_unit.items()
    }
    return replace(found, terms=terms, accrual=rated.accrual)


def _as_it_is(setting: Setting, draft: Ladder) -> Sequence[Publication]:
    if setting.in_force:
        return tuple(setting.in_force)
    base = Ladder(draft.name, 0, (Rung(draft.rungs[0].tier),))
    return (Publication(base, setting.zone),)


def _course(ask: SimulationAsk, setting: Setting, ladder: Ladder) -> Sequence[Publication]:
    """A version from the beginning of time, or taking over at the beginning of the period. What is
    in force for everyone is as it is.
    """
    in_force = tuple(setting.in_force)
    if in_force and in_force[-1].ladder == ladder and in_force[-1].share == EVERYONE:
        return in_force
    if ask.migration is None or not in_force:
        return (Publication(ladder, setting.zone),)
    return (*in_force, Publication(ladder, setting.zone, ask.from_at, ask.migration))


def _flaws(ask: SimulationAsk, setting: Setting, found: Scenario) -> list[tuple[str, str]]:
    out = []
    if len(found.instants) > MONTHS_MAX:
        out.append(("/from", "out_of_range"))
    scheduled = [one.effective_from for one in setting.in_force if one.effective_from]
    if ask.migration is not None and any(at > ask.from_at for at in scheduled):
        out.append(("/from", "before_a_publication"))
    if list(found.bands_minor) != sorted(set(found.bands_minor)):
        out.append(("/spend_bands_minor", "not_ascending"))
    if (ask.division is Division.ATTRIBUTE) != bool(ask.attribute):
        out.append(("/segment", "attribute"))
    if ask.segments and ask.division is not Division.SEGMENT:
        out.append(("/segment", "segments"))
    return out + _terms_flaws(ask, found)


def _terms_flaws(ask: SimulationAsk, found: Scenario) -> list[tuple[str, str]]:
    if ask.terms is None:
        return []
    tiers = set(found.tiers)
    unknown = [("/terms", "unknown_tier")] if ask.terms.keys() - tiers else []
    missing = [(f"/terms/{tier}", "missing") for tier in sorted(tiers - ask.terms.keys())]
    return unknown + missing
