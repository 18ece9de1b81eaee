"""Which (benefit, cycle) a member has a right to: a pure function of the told timeline and the
catalog (B2).

A benefit's cycles are `once`; each calendar month or year in which the member is in an eligible
tier for any instant; or each stay in an eligible tier, by its ordinal. Never the start of an
interval: a late fact moves it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from zoneinfo import ZoneInfo

from benefit_svc.domain.catalog import Benefit, Cycle, in_force
from benefit_svc.domain.periods import (
    MONTHS_MAX,
    Window,
    calendar_month,
    calendar_year,
    joined,
    overlap,
)
from benefit_svc.domain.timeline import Piece, Timeline
from contracts.ids import BenefitId

PERIODS = {"calendar_month": calendar_month, "calendar_year": calendar_year}


@dataclass(frozen=True, order=True)
class GrantKey:
    """With the member, what makes each grant once."""

    benefit_id: BenefitId
    cycle: str


@dataclass(frozen=True)
class Right:
    """A member may have this benefit, in this cycle, during `windows` (in order, apart from one
    another).

    `benefit` is the version in force when the first window begins.
    """

    key: GrantKey
    benefit: Benefit
    windows: tuple[Window, ...]

    @property
    def ends_at(self) -> datetime | None:
        """When the last window ends; None if nothing ends it."""
        return self.windows[-1].to_at

    def is_over(self, at: datetime) -> bool:
        """Whether its last window has ended by `at`."""
        return self.windows[-1].is_over(at)


@dataclass(frozen=True)
class Rights:
    """What is justified at an instant, and the next instant at which that reads differently without
    any news.
    """

    begun: Mapping[GrantKey, Right]
    next_at: datetime | None


Spell = tuple[GrantKey, Benefit, Window]


def rights_at(told: Timeline, catalog: Sequence[Benefit], zone: ZoneInfo, at: datetime) -> Rights:
    """Every right whose first window has begun by `at`. What lies ahead is not granted before its
    instant.
    """
    spells: dict[GrantKey, list[Spell]] = defaultdict(list)
    for spell in _spells(told, catalog, zone, at):
        spells[spell[0]].append(spell)
    found = [_right(key, of_key) for key, of_key in spells.items()]
    begun = {right.key: right for right in found if right.windows[0].from_at <= at}
    ahead = [w.from_at for of_key in spells.values() for _, _, w in of_key if w.from_at > at]
    ends = [right.ends_at for right in begun.values() if right.ends_at and right.ends_at > at]
    return Rights(begun, min([*ahead, *ends], default=None))


def _right(key: GrantKey, spells: Sequence[Spell]) -> Right:
    first = min(spells, key=lambda s: (s[2].from_at, s[1].version))
    return Right(key, first[1], joined([window for _, _, window in spells]))


def _spells(
    told: Timeline, catalog: Sequence[Benefit], zone: ZoneInfo, at: datetime
) -> Iterator[Spell]:
    for (benefit, window), piece in product(_obtainable(catalog), told):
        common = overlap(piece.window, window)
        if common is not None and piece.tier in benefit.offer.tiers:
            yield from _cycles(benefit, piece, common, zone, at)


def _obtainable(catalog: Sequence[Benefit]) -> list[tuple[Benefit, Window]]:
    versions: dict[BenefitId, list[Benefit]] = defaultdict(list)
    for benefit in catalog:
        versions[benefit.benefit_id].append(benefit)
    return [found for benefit_id in sorted(versions) for found in in_force(versions[benefit_id])]


def _cycles(
    benefit: Benefit, piece: Piece, window: Window, zone: ZoneInfo, at: datetime
) -> Iterator[Spell]:
    """The cycles that a window touches, up to and including the first that begins after `at`."""
    cycle: Cycle = benefit.offer.cycle
    if cycle == "once":
        yield GrantKey(benefit.benefit_id, "once"), benefit, window
    elif cycle == "tier_stay":
        yield GrantKey(benefit.benefit_id, f"{piece.tier}.{piece.ordinal}"), benefit, window
    else:
        for name, part in _periods(cycle, window, zone, at):
            yield GrantKey(benefit.benefit_id, name), benefit, part


def _periods(
    cycle: str, window: Window, zone: ZoneInfo, at: datetime
) -> Iterator[tuple[str, Window]]:
    begins = window.from_at
    for _ in range(MONTHS_MAX):
        name, period = PERIODS[cycle](begins, zone)
        part = overlap(period, window)
        if part is None:
            return
        yield name, part
        if part.from_at > at or period.to_at is None:
            return
        begins = period.to_at
    raise AssertionError("a timeline longer than a hundred years")
