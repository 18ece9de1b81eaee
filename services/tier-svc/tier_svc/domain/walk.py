"""F: the tier over time, from one set of facts (T3, T4). It looks at no fact before its time."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from operator import attrgetter

from contracts.ids import FactId
from tier_svc.domain.facts import Fact, kept, still_counts
from tier_svc.domain.grounds import Grounds, Version
from tier_svc.domain.intervals import Interval, Reason
from tier_svc.domain.recounting import Recount
from tier_svc.domain.rungs import floors, rung_stays
from tier_svc.domain.shown import Course, Shown, hand_over, overlay, shown
from tier_svc.domain.stays import Stay
from tier_svc.domain.ways import Lift, lifts

BY_FACTS = (Reason.REACHED, Reason.RENEWED)

FactsOf = Mapping[int, Sequence[Fact]]
Counts = Mapping[int, Recount]
"""By version, as each counts."""


def counts_of(grounds: Grounds) -> Counts:
    """What counts by each version, for one walk after another."""
    return {v.ladder.version: _count(grounds, v) for v in grounds.versions}


def walk(grounds: Grounds, start: datetime, cut: datetime, counts: Counts) -> list[Interval]:
    """The tier from `start` to its last projected change, where what came back by `cut` was never
    bought: at each instant the highest rung in force.

    Times of one tier that touch are one time, but a renewal of the rung that is shown begins its
    next ordinal.
    """
    facts = {v.ladder.version: facts_at(v, cut) for v in grounds.versions}
    return _joined(course(grounds, start, facts, counts), facts)


def course(
    grounds: Grounds, start: datetime, facts: FactsOf, counts: Counts | None = None
) -> Course:
    """What is shown from `start` on, before it is told: by which version, stay and way up."""
    versions, counts = grounds.versions, counts or counts_of(grounds)
    out: Course = ()
    for version in versions:
        number = version.ladder.version
        found = stays_of(grounds, version, facts[number], counts[number])
        now = _course(version, found, start)
        at = version.effective_from
        out = hand_over(out, now, at, version.migration) if out and at else now
    if grounds.ways:
        out = overlay(out, {v.ladder.version: _lifts(grounds, v, facts) for v in versions})
    return out


def facts_at(version: Version, cut: datetime) -> Sequence[Fact]:
    """What counts by a version, where what came back by `cut` was never bought."""
    history = version.history
    return kept(history.facts, (back for back in history.returns if back.effect_at <= cut))


def stays_of(
    grounds: Grounds, version: Version, facts: Sequence[Fact], count: Recount | None = None
) -> list[list[Stay]]:
    """The stays that one version gives; from where the next one is in force, no fact counts for it
    and nothing is renewed.
    """
    until = grounds.until(version)
    if until is not None:
        facts = facts[: bisect_left(facts, until, key=attrgetter("occurred_at"))]
    values = (count or _count(grounds, version)).of(facts)
    return rung_stays(version.ladder, values, grounds.frame(version), grounds.ways, until)


def _count(grounds: Grounds, version: Version) -> Recount:
    return Recount(version.ladder.measures, grounds.frame(version))


def _course(version: Version, found: Sequence[Sequence[Stay]], start: datetime) -> Course:
    kept_for_ever = {version.ladder.version: floors(version.ladder, found)}
    return overlay(shown(version.ladder, found, start), kept_for_ever)


def _lifts(grounds: Grounds, version: Version, facts: FactsOf) -> list[Lift]:
    known = facts[version.ladder.version]
    return lifts(grounds.ways, version.ladder, known, grounds.frame(version))


def _joined(course: Iterable[Shown], facts: FactsOf) -> list[Interval]:
    ordinals: dict[str, int] = {}
    begun: list[tuple[Shown, int, Reason]] = []
    before: Shown | None = None
    for now in course:
        is_renewal = now.stay is not None and now.at in now.stay.renewed_at
        is_unbroken = before is not None and before.tier == now.tier
        if not is_unbroken or is_renewal:
            ordinals[now.tier] = ordinals.get(now.tier, 0) + 1
        if not is_unbroken or is_renewal or _is_other(before, now):
            reason = _reason(now, before, is_renewal)
            begun.append((now, ordinals[now.tier], reason))
        before = now
    ends = [now.at for now, _, _ in begun[1:]]
    return [
        _interval(now, ordinal, reason, to_at, facts)
        for (now, ordinal, reason), to_at in zip_longest(begun, ends)
    ]


def _is_other(before: Shown | None, now: Shown) -> bool:
    """Whether the tier has another rank than it had."""
    return before is not None and before.rank != now.rank


def _reason(now: Shown, before: Shown | None, is_renewal: bool) -> Reason:
    if before is None:
        return _beginning(now)
    is_begun = now.stay is not None and now.stay.since == now.at
    if is_renewal and now.tier == before.tier:
        return Reason.RENEWED
    if now.lift is not None:
        is_own = now.lift.from_at == now.at or now.lift.reason is Reason.FLOOR
        return now.lift.reason if is_own else Reason.ENDED
    if is_begun and now.stay is not None:
        return Reason.STEPPED_DOWN if now.stay.is_step else Reason.REACHED
    return Reason.ENDED if before.ladder is now.ladder else Reason.PUBLISHED


def _beginning(now: Shown) -> Reason:
    if now.lift is not None:
        return now.lift.reason
    return Reason.REACHED if now.stay is not None else Reason.STARTED


def _interval(
    now: Shown, ordinal: int, reason: Reason, to_at: datetime | None, facts: FactsOf
) -> Interval:
    fact_id = None
    if reason in BY_FACTS:
        fact_id = _fact_of(facts[now.ladder.version], now.at)
    elif now.lift is not None and reason is now.lift.reason:
        fact_id = now.lift.fact_id
    return Interval(
        tier=now.tier,
        rank=now.rank,
        ordinal=ordinal,
        from_at=now.at,
        to_at=to_at,
        reason=reason,
        fact_id=fact_id,
        version=now.ladder.version,
    )


def _fact_of(facts: Sequence[Fact], at: datetime) -> FactId | None:
    """The last fact of an instant that still counts."""
    place = bisect_right(facts, at, key=attrgetter("occurred_at")) - 1
    while place >= 0 and facts[place].occurred_at == at:
        if still_counts(facts[place]):
            return facts[place].fact_id
        place -= 1
    return None
