"""What a scenario does to one member (T7)."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from operator import attrgetter
from typing import NamedTuple

from tier_svc.domain import intervals
from tier_svc.domain.facts import Fact, Goods, Heard, Setting, Value, history, kept
from tier_svc.domain.grounds import Grounds
from tier_svc.domain.instants import TICK
from tier_svc.domain.intervals import Interval
from tier_svc.domain.ladder import Ladder, Rung
from tier_svc.domain.publications import Known, Publication, grounds_of
from tier_svc.domain.scenario import Division, Scenario
from tier_svc.domain.segments import segments_before, together_in
from tier_svc.domain.timeline import told_timeline

EVERY_PURCHASE = Ladder("", 0, (Rung(""),))
"""Asks for nothing, so that every purchase counts, whatever its points."""

UNKNOWN = "(unknown)"
OCCURRED = attrgetter("occurred_at")


class Stretch(NamedTuple):
    """In [from_at, to_at) a member stands elsewhere than before."""

    from_at: datetime
    to_at: datetime
    before: str
    after: str


class Cost(NamedTuple):
    """Points that purchases of the period bring, and what benefits cost in minor units."""

    points: int
    benefit_minor: int


class Seen(NamedTuple):
    """What a scenario does to one member: the tiers at the end of the period, where and when they
    differ in it, and at each instant that is looked at (None: not there yet). Spend in minor units,
    rounded down.
    """

    member_id: str
    segment: str
    band_minor: int
    spend_minor: int
    before: str
    after: str
    stretches: Sequence[Stretch]
    cost_before: Cost
    cost_after: Cost
    tiers: Sequence[tuple[str, str] | None]


def see(scenario: Scenario, known: Known) -> Seen | None:
    """A member's two courses, side by side; nothing of one whose time begins after the period.

    Both are told timelines. Facts that occurred after the period change nothing in it.
    """
    was = _course(scenario, scenario.before, known)
    now = was if scenario.is_same else _course(scenario, scenario.after, known)
    start = min(was.starts_at, now.starts_at)
    if start >= scenario.to_at:
        return None
    bought = _purchases(scenario, known.heard)
    spend = sum(fact.spend for fact in bought)
    place = bisect_right(scenario.bands_minor, spend)
    tiers = [
        (was.tier(one.at), now.tier(one.at)) if one.at >= start else None
        for one in scenario.instants
    ]
    last = tiers[-1]
    assert last is not None, "who is there at the end is there in its last instant"
    return Seen(
        known.member_id,
        segment_of(scenario, known.heard, bought),
        scenario.bands_minor[place - 1] if place else 0,
        int(spend),
        *last,
        stretches(was, now, max(start, scenario.from_at), scenario.to_at),
        was.cost(scenario, bought, known.enrolled_at),
        now.cost(scenario, bought, known.enrolled_at),
        tiers,
    )


class Course(NamedTuple):
    """A member's told timeline from the beginning of a period on, by one side of a scenario. Before
    it starts the member is on the base.
    """

    starts_at: datetime
    base: str
    told: Sequence[Interval]

    def tier(self, at: datetime) -> str:
        """The tier at an instant."""
        place = intervals.at(self.told, at)
        return self.base if place is None else self.told[place].tier

    def cost(self, scenario: Scenario, bought: Sequence[Fact], enrolled_at: datetime) -> Cost:
        """Each purchase is rated at the tier just before it (P6), rounded down once; a month's
        benefits are those of the tier at its end.
        """
        if not scenario.terms:
            return Cost(0, 0)
        points = minor = 0
        for fact in bought:
            at = fact.occurred_at
            tier = self.tier(at - TICK) if at >= enrolled_at else self.base
            terms = scenario.terms[tier]
            points += _part(fact.spend, terms.points_per_unit, scenario.unit_minor)
            minor += _part(fact.spend, terms.benefit_share, 1)
        for at, is_month_end in scenario.instants:
            if is_month_end and at >= self.starts_at:
                minor += scenario.terms[self.tier(at)].benefit_monthly_minor
        return Cost(points, minor)


def stretches(was: Course, now: Course, since: datetime, until: datetime) -> list[Stretch]:
    """Where two courses differ in [since, until)."""
    if was is now:
        return []
    begun = {one.from_at for one in (*was.told, *now.told) if since < one.from_at < until}
    out: list[Stretch] = []
    edges = sorted({since, *begun})
    for at, end in zip(edges, (*edges[1:], until), strict=True):
        before, after = was.tier(at), now.tier(at)
        if before == after:
            continue
        if out and out[-1][1:] == (at, before, after):
            out[-1] = out[-1]._replace(to_at=end)
        else:
            out.append(Stretch(at, end, before, after))
    return out


def segment_of(scenario: Scenario, heard: Heard, bought: Sequence[Fact]) -> str:
    """To whom a member belongs: the most frequent store or channel, of equally frequent ones the
    first by name; the last value that was set by the end of the period; all segments that the
    member is in then.
    """
    if scenario.division is None:
        return ""
    if scenario.division is Division.ATTRIBUTE:
        return _set_to(scenario, heard)
    if scenario.division is Division.SEGMENT:
        return _belongs_to(scenario, heard)
    named: Counter[str] = Counter()
    for fact in bought:
        if isinstance(fact.more, Goods):
            is_store = scenario.division is Division.STORE
            named[(fact.more.store if is_store else fact.more.channel) or UNKNOWN] += 1
    return min(named, key=lambda name: (-named[name], name), default=UNKNOWN)


def _set_to(scenario: Scenario, heard: Heard) -> str:
    values = [
        (fact.occurred_at, fact.fact_id, fact.more.value)
        for fact in heard.others
        if isinstance(fact.more, Setting)
        and fact.more.attribute == scenario.attribute
        and fact.occurred_at < scenario.to_at
    ]
    return str(max(values)[2]) if values else UNKNOWN


def _belongs_to(scenario: Scenario, heard: Heard) -> str:
    found = segments_before(heard.segments, scenario.to_at)
    return together_in(one for one in found if not scenario.segments or one in scenario.segments)


def _course(scenario: Scenario, side: Sequence[Publication], known: Known) -> Course:
    grounds: Grounds = grounds_of(side, known)
    told = told_timeline(grounds, scenario.from_at - TICK)
    return Course(grounds.starts_at, side[0].ladder.rungs[0].tier, told)


def _purchases(scenario: Scenario, heard: Heard) -> Sequence[Fact]:
    """The purchases of the period, as what came back by its end leaves them."""
    known = history(heard, EVERY_PURCHASE, scenario.zone)
    first = bisect_left(known.facts, scenario.from_at, key=OCCURRED)
    last = bisect_left(known.facts, scenario.to_at, key=OCCURRED)
    left = kept(
        known.facts[first:last],
        (back for back in known.returns if back.effect_at < scenario.to_at),
    )
    return [fact for fact in left if fact.visits]


def _part(spend: Value, rate: Fraction, unit_minor: int) -> int:
    return int(spend * rate.numerator // (rate.denominator * unit_minor))
