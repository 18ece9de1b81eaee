"""The told timeline by a model that stands at every critical instant, one after the other, and
looks (T4).

It shares nothing with the service's walk but the words for ladders and the calendar: it sums the
facts anew at each instant, keeps each rung's state in a dictionary, and starts again from nothing
for each set of returns and each version.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.oracle.naive_facts import Life, kept
from tests.oracle.naive_metrics import World, is_there, is_visit, ranks
from tier_svc.domain.grounds import Migration
from tier_svc.domain.instants import TICK, Span, after, end_of
from tier_svc.domain.ladder import Downgrade, Renewal, Rung
from tier_svc.domain.ways import PASSES, Way, WayKind

State = dict[str, Any]


@dataclass
class Walked:
    """One version's rungs at every instant: {instant: rank}, and which were renewed there."""

    ranks: dict[datetime, int] = field(default_factory=dict)
    renewed: dict[datetime, set[int]] = field(default_factory=dict)

    def rank(self, at: datetime) -> int:
        before = [instant for instant in self.ranks if instant <= at]
        return self.ranks[max(before)] if before else 0


class Walker:
    """Steps one world from instant to instant."""

    def __init__(self, world: World, start: datetime) -> None:
        self.world, self.zone = world, world.zone
        self.rungs = world.ladder.rungs
        self.waiting = {start, *world.instants()}
        self.states: list[State | None] = [None] * len(self.rungs)
        self.kept = 0

    def walk(self) -> Walked:
        out = Walked()
        while self.waiting:
            at = min(self.waiting)
            self.waiting.discard(at)
            out.renewed[at] = self.step(at)
            top = max((rank for rank, state in enumerate(self.states) if state), default=0)
            out.ranks[at] = max(top, self.kept)
        return out

    def step(self, at: datetime) -> set[int]:
        stepped, renewed = False, set()
        for rank in range(len(self.rungs) - 1, 0, -1):
            rung = self.rungs[rank]
            again, lost = self.advance(rank, rung, at, stepped)
            renewed |= {rank} if again else set()
            stepped = lost and rung.downgrade is Downgrade.ONE_STEP
            state = self.states[rank]
            if state:
                self.keep(rank, rung)
                ahead = (state["end"], state["look"])
                self.waiting |= {t for t in ahead if t is not None and t > at}
        return renewed

    def keep(self, rank: int, rung: Rung) -> None:
        """Floors: reached once is enough."""
        if rung.downgrade is Downgrade.NONE:
            self.kept = max(self.kept, rank)
        if rung.floor:
            self.kept = max(self.kept, ranks(self.world.ladder)[rung.floor])

    def advance(self, rank: int, rung: Rung, at: datetime, stepped: bool) -> tuple[bool, bool]:
        """(renewed, lost) of one rung at one instant."""
        met, lost, renewed = self.world.is_met(rung, at), False, False
        is_frozen = self.world.until is not None and at >= self.world.until
        state = self.states[rank]
        if state and is_over(state, at):
            state, lost = None, True
        if state and rung.renewal is Renewal.AT_PERIOD_END:
            renewed = self.advance_at_end(rung, state, met and not is_frozen, at)
        elif state:
            self.advance_continuous(rung, state, met, at)
        if state and is_over(state, at):
            state, lost = None, True
        begins = met and not (is_frozen and self.world.is_met(rung, at - TICK))
        if state is None and (begins or stepped):
            state, lost = self.begin(rung, at, begins), False
            if is_over(state, at):
                state, lost = None, True
        self.states[rank] = state
        return renewed, lost

    def begin(self, rung: Rung, at: datetime, met: bool) -> State:
        state: State = {"since": at, "end": None, "look": None}
        if not met:
            state["end"] = self.over(rung, state, at, self.stay_end(rung, at, at))
        elif rung.renewal is Renewal.AT_PERIOD_END:
            state["look"] = self.stay_end(rung, at, at)
        return state

    def advance_continuous(self, rung: Rung, state: State, met: bool, at: datetime) -> None:
        if met:
            state["end"] = None
        elif state["end"] is None:
            state["end"] = self.over(rung, state, at, self.stay_end(rung, at, at - TICK))

    def advance_at_end(self, rung: Rung, state: State, met: bool, at: datetime) -> bool:
        """Answers whether the stay was renewed at this instant."""
        if state["look"] is not None:
            if at < state["look"]:
                return False
            if not met:
                state["look"], state["end"] = None, self.over(rung, state, at, at)
                return False
        elif not met:
            return False
        state["look"], state["end"] = self.stay_end(rung, at, at), None
        return True

    def stay_end(self, rung: Rung, at: datetime, inside: datetime) -> datetime:
        if isinstance(rung.stay, Span):
            return after(at, rung.stay, self.zone)
        return end_of(inside, rung.stay, self.zone) if rung.stay else at

    def over(self, rung: Rung, state: State, f: datetime, stay_until: datetime) -> datetime:
        minimum = after(state["since"], rung.minimum_stay, self.zone)
        return max(after(f, rung.grace, self.zone), stay_until, minimum)


def is_over(state: State, at: datetime) -> bool:
    return state["end"] is not None and at >= state["end"]


class Composite:
    """All versions of a life, knowing nothing after `now`."""

    def __init__(self, life: Life, now: datetime) -> None:
        self.life, self.now, self.start = life, now, life.starts_at()
        nexts = [one.effective_from for one in life.versions[1:]]
        self.walked = [
            Walker(World(life, version, now, until), self.start).walk()
            for version, until in zip(life.versions, [*nexts, None], strict=True)
        ]
        edges = {at for one in self.walked for at in one.ranks}
        edges |= {at for at in nexts if at}
        edges |= {at for way in life.ways for at in self.edges_of(way)}
        self.instants = sorted({self.start, *(at for at in edges if at >= self.start)})

    def tier(self, last: int, at: datetime) -> tuple[int, int]:
        """(version's place, rank) of the first versions up to `last` at an instant."""
        mine = last, self.walked[last].rank(at)
        if last == 0:
            return mine
        version = self.life.versions[last]
        e = version.effective_from
        if e <= self.start:
            return mine
        if at < e:
            return self.tier(last - 1, at)
        if version.migration is Migration.FULL:
            return mine
        before = self.tier(last - 1, at)
        if version.migration is Migration.UPWARD_ONLY:
            carried = ranks(version.ladder).get(self.name(before), 0)
            return before if carried > mine[1] else mine
        at_e = self.tier(last - 1, e)
        since = [self.name(self.tier(last - 1, s)) for s in self.instants if e <= s <= at]
        is_running = at_e[1] > 0 and all(name == self.name(at_e) for name in since)
        return before if is_running else mine

    def name(self, state: tuple[int, int]) -> str:
        return self.life.versions[state[0]].ladder.rungs[state[1]].tier

    def shown(self, at: datetime) -> tuple[int, int, bool]:
        """(version's place, rank, whether a way up lifts there)."""
        place, rank = self.tier(len(self.life.versions) - 1, at)
        ladder = self.life.versions[place].ladder
        best = max((ranks(ladder).get(t, 0) for t in self.lifted(place, at)), default=0)
        return (place, best, True) if best > rank else (place, rank, False)

    def lifted(self, place: int, at: datetime) -> list[str]:
        ladder = self.life.versions[place].ladder
        out = []
        for way in self.life.ways:
            rung = next((rung for rung in ladder.rungs if rung.tier == way.tier), None)
            is_pass = rung and rung.test and rung.needs and PASSES.get(way.kind) is rung.needs
            if rung and not is_pass and self.holds(way, place, at):
                out.append(way.tier)
        return out

    def holds(self, way: Way, place: int, at: datetime) -> bool:
        is_valid = way.from_at <= at and (way.to_at is None or at < way.to_at)
        if not is_valid or way.goal is None:
            return is_valid
        reached = self.reached(way, place)
        if way.kind is WayKind.MATCH and at < way.goal.by:
            return True
        if reached is None or at < reached:
            return False
        return at < after(reached, way.goal.lasts, self.life.versions[place].zone)

    def reached(self, way: Way, place: int) -> datetime | None:
        """The purchase with which the goal (visits or spend) was met."""
        goal, total = way.goal, 0
        if goal is None:
            return None
        for one in sorted(kept(self.life, self.life.versions[place], self.now)):
            only = goal.measure.only
            if way.from_at <= one.at < goal.by and is_there(one, only) and is_visit(one, only):
                total += 1
                if total >= goal.at_least:
                    return one.at
        return None

    def edges_of(self, way: Way) -> set[datetime]:
        out = {way.from_at, way.to_at, way.goal.by if way.goal else None}
        for place, version in enumerate(self.life.versions):
            reached = self.reached(way, place)
            if reached and way.goal:
                out |= {reached, after(reached, way.goal.lasts, version.zone)}
        return {at for at in out if at is not None}

    def timeline(self) -> dict[datetime, tuple[str, int, int]]:
        """(tier, rank, ordinal) from each instant on."""
        counts: dict[str, int] = {}
        before, out = None, {}
        for at in self.instants:
            place, rank, is_lifted = self.shown(at)
            tier = self.life.versions[place].ladder.rungs[rank].tier
            is_renewed = not is_lifted and rank in self.walked[place].renewed.get(at, ())
            if tier != before or is_renewed:
                counts[tier] = counts.get(tier, 0) + 1
            before = tier
            out[at] = tier, rank, counts[tier]
        return out


def told(life: Life, at: datetime, known: dict[str, Any]) -> tuple[str, int, int]:
    """tier(t) = F(facts that occurred by t)(t), with nothing after t known at all."""
    key = str([(World(life, one, at, None).facts, one.ladder.version) for one in life.versions])
    if key not in known:
        known[key] = Composite(life, at).timeline()
    timeline = known[key]
    return timeline[max(instant for instant in timeline if instant <= at)]
