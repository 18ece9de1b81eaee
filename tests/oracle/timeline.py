"""The told timeline, from the text of T3 and T4: tier(t) = F(facts that occurred by t)(t)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from itertools import pairwise

from tests.oracle.facts import History, Return, kept_minor, kept_units
from tests.oracle.programme import (
    AllOf,
    AnyOf,
    Calendar,
    Lifetime,
    Need,
    Programme,
    Rung,
    Test,
)
from tests.oracle.wall_time import INSTANT, period_end, plus


@dataclass(frozen=True)
class Interval:
    """In `tier`, for the `ordinal`-th time, in [from_at, to_at)."""

    tier: str
    ordinal: int
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True)
class Counted:
    """What a purchase brings to each metric, of the units that F knows as bought."""

    at: datetime
    brings: Mapping[str, Fraction]


@dataclass
class InForce:
    """One unbroken time of a rung. `tested_at` is the end of its at_period_end stay."""

    since: datetime
    end: datetime | None
    tested_at: datetime
    renewals: list[datetime] = field(default_factory=list)

    def covers(self, t: datetime) -> bool:
        return self.since <= t and (self.end is None or t < self.end)


Worth = Callable[[str, str, Fraction], int]
Spell = tuple[datetime, datetime | None]


def counted(
    programme: Programme, history: History, gone: Sequence[Return], worth: Worth
) -> list[Counted]:
    """Purchases with the units of `gone` taken as never bought; all of them gone is no visit."""
    facts = []
    for purchase in history.purchases:
        back = [r for r in gone if r.purchase_id == purchase.fact_id]
        kept, net = kept_units(purchase, back), kept_minor(purchase, back)
        brings = {"spend": net, "visits": Fraction(1 if any(kept.values()) else 0)}
        for kind in programme.points:
            brings[kind.name] = Fraction(worth(purchase.fact_id, kind.name, net))
        facts.append(Counted(purchase.occurred_at, brings))
    return facts


class Ladder:
    """F: what each rung does, given the facts, in the programme's zone."""

    def __init__(self, programme: Programme, facts: Sequence[Counted]) -> None:
        self.zone = programme.zone
        self.programme = programme
        self.facts = facts

    def counts_until(self, rung: Rung, at: datetime) -> datetime | None:
        """The first instant at which a fact of `at` no longer counts for the rung."""
        if isinstance(rung.window, Lifetime):
            return None
        if isinstance(rung.window, Calendar):
            return period_end(at, rung.window, self.zone)
        return plus(at, rung.window, self.zone)

    def is_open(self, rung: Rung, at: datetime, t: datetime) -> bool:
        until = self.counts_until(rung, at)
        return until is None or t < until

    def is_met(self, rung: Rung, test: Test, t: datetime) -> bool:
        if isinstance(test, AllOf):
            return all(self.is_met(rung, each, t) for each in test.of)
        if isinstance(test, AnyOf):
            return any(self.is_met(rung, each, t) for each in test.of)
        return self.value(rung, test, t) >= test.at_least

    def value(self, rung: Rung, need: Need, t: datetime) -> Fraction:
        inside = [fact for fact in self.facts if fact.at <= t and self.is_open(rung, fact.at, t)]
        if need.metric == "days":
            visits = [fact.at for fact in inside if fact.brings["visits"]]
            return Fraction(len({at.astimezone(self.zone).date() for at in visits}))
        return sum((fact.brings[need.metric] for fact in inside), Fraction(0))

    def spells(self, rung: Rung) -> list[Spell]:
        """When the test is met, looked at in every instant at which that could change."""
        moments = {fact.at for fact in self.facts}
        moments |= {u for fact in self.facts if (u := self.counts_until(rung, fact.at))}
        spells: list[Spell] = []
        begun: datetime | None = None
        for t in sorted(moments):
            met = self.is_met(rung, rung.test, t)
            if met and begun is None:
                begun = t
            if not met and begun is not None:
                spells.append((begun, t))
                begun = None
        return spells if begun is None else [*spells, (begun, None)]

    def end_of_stay(self, rung: Rung, at: datetime, counting: datetime) -> datetime:
        """`counting` lies in the first calendar period that counts."""
        if rung.stay is None:
            return at
        if isinstance(rung.stay, Calendar):
            return period_end(counting, rung.stay, self.zone)
        return plus(at, rung.stay, self.zone)

    def latest_end(self, rung: Rung, f: datetime, stay_end: datetime, since: datetime) -> datetime:
        """T3: max(f + grace, end of stay, since + minimum stay)."""
        return max(
            plus(f, rung.grace, self.zone), stay_end, plus(since, rung.minimum_stay, self.zone)
        )

    def in_force(self, rung: Rung, steps: Sequence[datetime]) -> list[InForce]:
        """All times of a rung. `steps` are the instants at which the rung above steps down."""
        times: list[InForce] = []
        spells = self.spells(rung)
        for at in sorted({g for g, _ in spells} | set(steps)):
            running = bool(times) and times[-1].covers(at)
            met = [f for g, f in spells if g == at]
            if not running:
                times.append(InForce(since=at, end=at, tested_at=at))
            if met and rung.renewal == "continuous":
                self.stay_while_met(rung, times[-1], met[0])
            elif met:
                self.stay_until_tested(rung, times[-1], at)
            elif not running:
                self.step_into(rung, times[-1])
        return times

    def step_into(self, rung: Rung, time: InForce) -> None:
        """one_step: begun without its test, so f is its own beginning."""
        stay_end = self.end_of_stay(rung, time.since, time.since)
        time.end = self.latest_end(rung, time.since, stay_end, time.since)

    def stay_while_met(self, rung: Rung, time: InForce, f: datetime | None) -> None:
        """continuous: the test is met until f. An earlier f is cleared."""
        if f is None:
            time.end = None
            return
        stay_end = self.end_of_stay(rung, f, f - INSTANT)
        time.end = self.latest_end(rung, f, stay_end, time.since)

    def stay_until_tested(self, rung: Rung, time: InForce, g: datetime) -> None:
        """at_period_end: the test is met at g. Within a stay that changes nothing."""
        if g < time.tested_at:
            return
        if g > time.since:
            time.renewals.append(g)
        end = self.end_of_stay(rung, g, g)
        while self.is_met(rung, rung.test, end):
            time.renewals.append(end)
            end = self.end_of_stay(rung, end, end)
        time.tested_at = end
        time.end = self.latest_end(rung, end, end, time.since)

    def times(self) -> dict[str, list[InForce]]:
        """From the top: the end of a rung may begin a time of the next lower one (one_step).

        A rung that begins anew in the instant of its end has not stepped down.
        """
        by_tier: dict[str, list[InForce]] = {}
        steps: list[datetime] = []
        for rung in reversed(self.programme.rungs):
            times = by_tier[rung.tier] = self.in_force(rung, steps)
            ends = [time.end for time in times if time.end is not None]
            gone = [end for end in ends if not any(time.covers(end) for time in times)]
            steps = gone if rung.downgrade == "one_step" else []
        return by_tier


def walk(programme: Programme, facts: Sequence[Counted], start: datetime) -> list[Interval]:
    """F: the highest rung in force at every instant from `start` on, with its ordinal."""
    times = Ladder(programme, facts).times()
    moments = {start}
    for time in (time for of_rung in times.values() for time in of_rung):
        moments |= {time.since, *time.renewals} | ({time.end} if time.end else set())
    intervals: list[Interval] = []
    seen: dict[str, int] = {}
    for at in sorted(moments):
        tier = highest(programme, times, at)
        last = intervals[-1] if intervals else None
        renewed = any(at in time.renewals for time in times.get(tier, []))
        if last and last.tier == tier and not renewed:
            continue
        if last:
            intervals[-1] = replace(last, to_at=at)
        seen[tier] = seen.get(tier, 0) + 1
        intervals.append(Interval(tier, seen[tier], at, None))
    return intervals


def highest(programme: Programme, times: Mapping[str, list[InForce]], at: datetime) -> str:
    held = [r.tier for r in programme.rungs if any(t.covers(at) for t in times[r.tier])]
    return held[-1] if held else programme.base


def told(programme: Programme, history: History, worth: Worth) -> list[Interval]:
    """T4: at t the walk that knows the returns in effect by t: one walk between two effects."""
    start = history.starts_at()
    effects = {history.effect_at(back) for back in history.returns}
    cuts: list[datetime | None] = [start, *sorted(effects - {start}), None]
    intervals: list[Interval] = []
    for begin, end in pairwise(cuts):
        assert begin is not None
        gone = [back for back in history.returns if history.effect_at(back) <= begin]
        shown = walk(programme, counted(programme, history, gone, worth), start)
        intervals += clipped(shown, begin, end)
    return joined(intervals)


def clipped(intervals: Sequence[Interval], begin: datetime, end: datetime | None) -> list[Interval]:
    cut = []
    for each in intervals:
        from_at = max(each.from_at, begin)
        to_at = end if each.to_at is None else each.to_at if end is None else min(each.to_at, end)
        if to_at is None or from_at < to_at:
            cut.append(Interval(each.tier, each.ordinal, from_at, to_at))
    return cut


def joined(intervals: Sequence[Interval]) -> list[Interval]:
    """Neighbours of the same tier and ordinal are one interval."""
    out: list[Interval] = []
    for each in intervals:
        if out and (out[-1].tier, out[-1].ordinal) == (each.tier, each.ordinal):
            out[-1] = replace(out[-1], to_at=each.to_at)
        else:
            out.append(each)
    return out


def tier_just_before(intervals: Sequence[Interval], at: datetime) -> str | None:
    """P6: the left limit. None where nothing was told before `at`."""
    for each in intervals:
        if each.from_at < at and (each.to_at is None or at <= each.to_at):
            return each.tier
    return None
