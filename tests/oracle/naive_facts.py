"""What happened to a member, for the naive model: raw, as the channels told it."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tier_svc.domain.instants import Span, after, end_of
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.publications import Publication
from tier_svc.domain.ways import Way


class Item(NamedTuple):
    """A line: its units and what they cost together."""

    line_id: str
    units: int
    net_minor: int
    category: str


@dataclass(frozen=True)
class Bought:
    at: datetime
    fact_id: str
    store: str
    channel: str
    items: tuple[Item, ...]
    growth: int


@dataclass(frozen=True)
class Back:
    """Units or money of items that came back; `growth` goes with it."""

    at: datetime
    fact_id: str
    of: str
    taken: tuple[tuple[str, int, int], ...]
    growth: int


@dataclass(frozen=True)
class Did:
    at: datetime
    fact_id: str
    kind: str
    channel: str


@dataclass(frozen=True)
class Put:
    at: datetime
    fact_id: str
    attribute: str
    value: int


@dataclass(frozen=True)
class Complained:
    at: datetime
    fact_id: str
    category: str
    severity: str
    channel: str


@dataclass(frozen=True)
class Became:
    """What became of the complaint `of`."""

    at: datetime
    fact_id: str
    of: str
    state: str


@dataclass(frozen=True)
class Life:
    """All of it, with the versions that concern the member, by effective_from."""

    enrolled_at: datetime
    versions: tuple[Publication, ...]
    bought: tuple[Bought, ...] = ()
    backs: tuple[Back, ...] = ()
    did: tuple[Did, ...] = ()
    put: tuple[Put, ...] = ()
    ways: tuple[Way, ...] = ()
    complained: tuple[Complained, ...] = ()
    became: tuple[Became, ...] = ()

    def starts_at(self) -> datetime:
        return min([self.enrolled_at, *(one.at for one in self.bought)])

    def falls_at(self, one: Became) -> datetime:
        """When an outcome takes effect."""
        return max(one.at, next(c.at for c in self.complained if c.fact_id == one.of))

    def effect_at(self, back: Back, ladder: Ladder, zone: ZoneInfo) -> datetime:
        """When a ladder looks at a return, by itself or with a later one of its purchase."""
        since = back.at, back.fact_id
        every = (one for one in self.backs if one.of == back.of)
        later = (one for one in every if (one.at, one.fact_id) >= since)
        return min(self.moved(one, ladder, zone) for one in later)

    def moved(self, back: Back, ladder: Ladder, zone: ZoneInfo) -> datetime:
        purchase = next(one for one in self.bought if one.fact_id == back.of)
        effect = max(back.at, purchase.at)
        if isinstance(ladder.on_return, Span):
            return after(effect, ladder.on_return, zone)
        return end_of(effect, ladder.on_return, zone) if ladder.on_return else effect


class Kept(NamedTuple):
    """A purchase as if what came back had never been bought: by line units, worth, category."""

    at: datetime
    store: str
    channel: str
    lines: tuple[tuple[int, Fraction, str], ...]
    growth: int

    @property
    def is_visit(self) -> bool:
        return any(units for units, _, _ in self.lines)


def kept(life: Life, version: Publication, t: datetime) -> list[Kept]:
    """The purchases by an instant, less what the ladder had looked at by then."""
    return [left_of(life, version, one, t) for one in life.bought if one.at <= t]


def left_of(life: Life, version: Publication, one: Bought, t: datetime) -> Kept:
    left = {item.line_id: (item.units, Fraction(item.net_minor)) for item in one.items}
    growth = one.growth
    for back in sorted(life.backs, key=lambda back: (back.at, back.fact_id)):
        if back.of != one.fact_id or life.effect_at(back, version.ladder, version.zone) > t:
            continue
        growth -= back.growth
        for line_id, units, refund in back.taken:
            had, worth = left[line_id]
            worth = worth * (had - units) / had if units else worth
            left[line_id] = had - units, max(Fraction(0), worth - refund)
    lines = tuple((*left[item.line_id], item.category) for item in one.items)
    return Kept(one.at, one.store, one.channel, lines, growth)


def standing(life: Life, t: datetime) -> list[Complained]:
    """The complaints by an instant that stood then."""
    return [one for one in life.complained if one.at <= t and stands(life, one, t)]


def stands(life: Life, complaint: Complained, t: datetime) -> bool:
    """Whether the last that became of it by then left it standing."""
    known = [o for o in life.became if o.of == complaint.fact_id and life.falls_at(o) <= t]
    last = max(known, key=lambda one: (one.at, one.fact_id), default=None)
    return last is None or last.state in {"open", "resolved"}
