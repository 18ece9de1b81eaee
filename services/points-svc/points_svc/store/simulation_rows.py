"""How scenarios and moves are kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from points_svc.domain.programme import Settings
from points_svc.domain.publication import compiled
from points_svc.domain.rules import RuleBook, Rules
from points_svc.domain.rules_document import RulesDocument
from points_svc.domain.scenario import Scenario, SimulationAsk, for_ever
from points_svc.domain.simulations import Move

RULES_MAX = 64


class VersionRow(msgspec.Struct, frozen=True):
    """A version as it was written; `settings` where it is published."""

    version: int
    document: str
    settings: str | None
    effective_from: datetime | None


class ScenarioRow(msgspec.Struct, frozen=True):
    """A scenario: versions by their numbers, `settings` for those that were drafts when it was
    asked for, values as texts of fractions. `in_force` are the versions published then.
    """

    version: int
    against: int | None
    in_force: Sequence[int]
    settings: str
    from_at: datetime
    to_at: datetime
    point_values: dict[str, str]

    @property
    def versions(self) -> set[int]:
        """The versions that have to be read."""
        return {self.version, *([self.against] if self.against else self.in_force)}


def row_of(ask: SimulationAsk, in_force: Sequence[int], settings: Settings) -> ScenarioRow:
    """What is asked, under the settings of now. Where nothing was ever in force a version is
    compared with itself: no fact was rated yet.
    """
    return ScenarioRow(
        ask.version,
        ask.against,
        in_force or [ask.version],
        settings.model_dump_json(include=set(Settings.model_fields)),
        ask.from_at,
        ask.to_at,
        {name: str(value) for name, value in ask.point_values.items()},
    )


def scenario_written(row: ScenarioRow) -> str:
    """As it is kept."""
    return msgspec.json.encode(row).decode()


def read_row(written: str) -> ScenarioRow:
    """What was kept; its versions are still numbers."""
    return msgspec.json.decode(written, type=ScenarioRow)


def scenario_of(row: ScenarioRow, versions: Mapping[int, VersionRow]) -> Scenario:
    """The scenario, with its rules."""
    rules = {
        number: _rules(
            number,
            one.document,
            one.settings if number in row.in_force and one.settings else row.settings,
            one.effective_from if number in row.in_force else None,
        )
        for number, one in versions.items()
        if number in row.versions
    }
    if row.against:
        before = for_ever(rules[row.against])
    else:
        before = RuleBook.of([rules[number] for number in row.in_force])
    return Scenario(
        before,
        for_ever(rules[row.version]),
        row.from_at,
        row.to_at,
        ZoneInfo(Settings.model_validate_json(row.settings).zone),
        {name: Fraction(value) for name, value in row.point_values.items()},
    )


def moves_written(moves: Sequence[Move]) -> bytes:
    """Those who move, many in one row."""
    return msgspec.msgpack.encode(moves)


def read_moves(body: bytes) -> list[Move]:
    """Those who move, as they were kept."""
    return msgspec.msgpack.decode(body, type=list[Move])


@lru_cache(maxsize=RULES_MAX)
def _rules(version: int, document: str, settings: str, effective_from: datetime | None) -> Rules:
    return compiled(
        version,
        effective_from,
        RulesDocument.model_validate_json(document),
        Settings.model_validate_json(settings),
    )
