"""How scenarios and moves are kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import msgspec

from tier_svc.domain.accrual import Accrual
from tier_svc.domain.grounds import Migration
from tier_svc.domain.ladder import Ladder, Rung
from tier_svc.domain.publications import Publication
from tier_svc.domain.scenario import Division, Scenario, Terms
from tier_svc.domain.simulations import Move

NO_VERSION = 0
"""Of a ladder of which nothing was in force: its base alone."""


class PublicationRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A version as a side of a scenario has it."""

    version: int
    base: str
    zone: str
    effective_from: datetime | None
    migration: Migration
    share: int


class ScenarioRow(msgspec.Struct, frozen=True):
    """A scenario; ladders by their versions, terms as texts of fractions."""

    name: str
    before: Sequence[PublicationRow]
    after: Sequence[PublicationRow]
    from_at: datetime
    to_at: datetime
    zone: str
    unit_minor: int
    terms: dict[str, tuple[str, str, int]]
    bands_minor: Sequence[int]
    division: Division | None
    attribute: str
    segments: Sequence[str] = ()
    accrual: Accrual | None = None

    @property
    def versions(self) -> set[int]:
        """The versions that have to be read."""
        return {one.version for one in (*self.before, *self.after)} - {NO_VERSION}


def scenario_written(scenario: Scenario) -> str:
    """A scenario as it is kept."""
    row = ScenarioRow(
        scenario.after[-1].ladder.name,
        [_publication_row(one) for one in scenario.before],
        [_publication_row(one) for one in scenario.after],
        scenario.from_at,
        scenario.to_at,
        scenario.zone.key,
        scenario.unit_minor,
        {
            tier: (str(of.points_per_unit), str(of.benefit_share), of.benefit_monthly_minor)
            for tier, of in scenario.terms.items()
        },
        scenario.bands_minor,
        scenario.division,
        scenario.attribute,
        scenario.segments,
        scenario.accrual,
    )
    return msgspec.json.encode(row).decode()


def read_row(written: str) -> ScenarioRow:
    """What was kept; its ladders are still numbers."""
    return msgspec.json.decode(written, type=ScenarioRow)


def scenario_of(row: ScenarioRow, ladders: Mapping[int, Ladder]) -> Scenario:
    """The scenario, with its ladders."""
    return Scenario(
        tuple(_publication(row.name, one, ladders) for one in row.before),
        tuple(_publication(row.name, one, ladders) for one in row.after),
        row.from_at,
        row.to_at,
        ZoneInfo(row.zone),
        row.unit_minor,
        {
            tier: Terms(Fraction(points), Fraction(share), monthly)
            for tier, (points, share, monthly) in row.terms.items()
        },
        tuple(row.bands_minor),
        row.division,
        row.attribute,
        tuple(row.segments),
        row.accrual,
    )


def moves_written(moves: Sequence[Move]) -> bytes:
    """Those who move, many in one row."""
    return msgspec.msgpack.encode(list(moves))


def read_moves(body: bytes) -> list[Move]:
    """Those who move, as they were kept."""
    return msgspec.msgpack.decode(body, type=list[Move])


def _publication_row(one: Publication) -> PublicationRow:
    return PublicationRow(
        one.ladder.version,
        one.ladder.rungs[0].tier,
        one.zone.key,
        one.effective_from,
        one.migration,
        one.share,
    )


def _publication(name: str, row: PublicationRow, ladders: Mapping[int, Ladder]) -> Publication:
    if row.version == NO_VERSION:
        ladder = Ladder(name, NO_VERSION, (Rung(row.base),))
    else:
        ladder = ladders[row.version]
    return Publication(
        ladder, ZoneInfo(row.zone), row.effective_from, Migration(row.migration), row.share
    )
