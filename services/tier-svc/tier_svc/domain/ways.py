"""Ways up besides a ladder's tests: each a fact with its own validity (T5).

A way lifts a member to its tier, never below what the tests give. It is decided once and never
edited; what ends it early is a fact too. What a challenge or a match asks for is looked at in the
facts as they are kept, so that returned goods win nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.ids import FactId
from tier_svc.domain.facts import Fact
from tier_svc.domain.instants import Span, after
from tier_svc.domain.intervals import Reason
from tier_svc.domain.ladder import Ladder, Pass
from tier_svc.domain.measures import Frame, Measure
from tier_svc.domain.metrics import Met, covered, profile, shares


class WayKind(StrEnum):
    """How a member comes up."""

    OVERRIDE = "override"
    INVITATION = "invitation"
    MATCH = "match"
    CHALLENGE = "challenge"
    BOUGHT = "bought"
    PAID = "paid"
    TRIAL = "trial"


PASSES = {
    WayKind.INVITATION: Pass.INVITATION,
    WayKind.PAID: Pass.PAID,
    WayKind.TRIAL: Pass.PAID,
}


@dataclass(frozen=True, slots=True)
class Goal:
    """What has to be reached by an instant, of facts since the way began; met, it gives the tier
    for `lasts` from then on.
    """

    measure: Measure
    at_least: int
    by: datetime
    lasts: Span


@dataclass(frozen=True, slots=True)
class Way:
    """A way up, valid in [from_at, to_at). A challenge lifts once its goal is met; a match lifts at
    once, and beyond its deadline only if its goal was met.
    """

    way_id: FactId
    kind: WayKind
    tier: str
    from_at: datetime
    to_at: datetime | None
    goal: Goal | None = None


@dataclass(frozen=True, slots=True)
class Lift:
    """The tier is at least this one in [from_at, to_at)."""

    tier: str
    from_at: datetime
    to_at: datetime | None
    reason: Reason
    fact_id: FactId | None = None


def lifts(ways: Iterable[Way], ladder: Ladder, facts: Sequence[Fact], frame: Frame) -> list[Lift]:
    """What the ways give, of those that lead to a tier by themselves."""
    found = []
    for way in ways:
        if is_pass(way, ladder):
            continue
        given = _given(way, facts, frame)
        if given is not None:
            found.append(Lift(way.tier, *given, Reason(way.kind), way.way_id))
    return found


def passes(ways: Iterable[Way], needs: Pass, tier: str) -> list[Met]:
    """When a member has the pass that a rung needs."""
    return covered(
        (Met(w.from_at, w.to_at) for w in ways if w.tier == tier and PASSES.get(w.kind) is needs), 1
    )


def is_pass(way: Way, ladder: Ladder) -> bool:
    """Whether a way only opens a rung whose test has to be met as well."""
    rung = ladder.rungs[ladder.ranks[way.tier]] if way.tier in ladder.ranks else None
    is_tested = rung is not None and rung.test is not None and rung.needs is not None
    return is_tested and rung is not None and PASSES.get(way.kind) is rung.needs


def reached_at(way: Way, facts: Sequence[Fact], frame: Frame) -> datetime | None:
    """The instant at which a way's goal was met, if it was."""
    goal = way.goal
    if goal is None:
        return None
    within = [fact for fact in facts if way.from_at <= fact.occurred_at < goal.by]
    values = profile(shares(goal.measure, within, frame))
    return next((at for at, value in values if value >= goal.at_least), None)


def _given(way: Way, facts: Sequence[Fact], frame: Frame) -> Met | None:
    """When a way lifts; a way that has ended lifts no more, whatever its goal."""
    goal = way.goal
    if goal is None:
        return Met(way.from_at, way.to_at)
    reached = reached_at(way, facts, frame)
    is_match = way.kind is WayKind.MATCH
    if reached is None:
        return _until(way, way.from_at, goal.by) if is_match else None
    won_until = after(reached, goal.lasts, frame.zone)
    if is_match:
        return _until(way, way.from_at, max(goal.by, won_until))
    return _until(way, reached, won_until)


def _until(way: Way, from_at: datetime, to_at: datetime) -> Met | None:
    end = to_at if way.to_at is None else min(to_at, way.to_at)
    return Met(from_at, end) if from_at < end else None
