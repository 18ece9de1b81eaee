"""F: the tier over time, from one set of facts (T3, T4). It looks at no fact before its time."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import zip_longest
from operator import attrgetter
from zoneinfo import ZoneInfo

from contracts.ids import FactId
from tier_svc.domain.facts import Fact
from tier_svc.domain.ladder import Downgrade, Ladder
from tier_svc.domain.metrics import Met, met, profiles
from tier_svc.domain.stays import Stay, ends_of, stays


class Reason(StrEnum):
    """What began an interval."""

    STARTED = "started"
    REACHED = "reached"
    RENEWED = "renewed"
    ENDED = "ended"
    STEPPED_DOWN = "stepped_down"
    RETURNED = "returned"


BY_FACTS = (Reason.REACHED, Reason.RENEWED)


@dataclass(frozen=True, slots=True)
class Interval:
    """The member stands in `tier`, the rung of `rank`, in [from_at, to_at), for the `ordinal`-th
    time (B2).

    `fact_id` is the last fact of the instant that began it, where a fact did.
    """

    tier: str
    rank: int
    ordinal: int
    from_at: datetime
    to_at: datetime | None
    reason: Reason
    fact_id: FactId | None = None


def rung_stays(ladder: Ladder, facts: Sequence[Fact], zone: ZoneInfo) -> list[list[Stay]]:
    """The stays of each rung by rank; none for the base, which is always in force."""
    values = profiles(ladder.measures, facts, zone)
    out: list[list[Stay]] = [[] for _ in ladder.rungs]
    steps: list[datetime] = []
    for rank in range(len(ladder.rungs) - 1, 0, -1):
        rung = ladder.rungs[rank]
        assert rung.test is not None, "only the base rung has no test"
        tested: Sequence[Met] = met(rung.test, values)
        out[rank] = stays(rung, tested, steps, zone)
        steps = ends_of(out[rank]) if rung.downgrade is Downgrade.ONE_STEP else []
    return out


def walk(ladder: Ladder, facts: Sequence[Fact], start: datetime, zone: ZoneInfo) -> list[Interval]:
    """The tier from `start` to its last projected change: at each instant the highest rung in
    force.

    Facts are sorted by (occurred_at, fact_id), none before `start`. Times of one tier that touch
    are one time, but a renewal of the rung that is shown begins its next ordinal.
    """
    found = rung_stays(ladder, facts, zone)
    if not any(found):
        return [Interval(ladder.rungs[0].tier, 0, 1, start, None, Reason.STARTED)]
    return _joined(ladder, _shown(found, start), facts)


@dataclass(frozen=True, slots=True)
class _Shown:
    """The highest rung in force from `at` on; `stay` is empty for the base."""

    at: datetime
    rank: int
    stay: Stay | None


def _shown(found: Sequence[Sequence[Stay]], start: datetime) -> Iterator[_Shown]:
    """What is shown at every instant at which any stay begins, renews or ends."""
    places = [0] * len(found)
    for at in _instants(found, start):
        rank, stay = 0, None
        for higher in range(len(found) - 1, 0, -1):
            stay = _in_force(found[higher], places, higher, at)
            if stay is not None:
                rank = higher
                break
        yield _Shown(at, rank, stay)


def _in_force(found: Sequence[Stay], places: list[int], rank: int, at: datetime) -> Stay | None:
    """The stay that contains `at`; moves the rung's place past those that are over."""
    while places[rank] < len(found):
        stay = found[places[rank]]
        if stay.until is None or at < stay.until:
            return stay if stay.since <= at else None
        places[rank] += 1
    return None


def _instants(found: Sequence[Sequence[Stay]], start: datetime) -> list[datetime]:
    instants = {start}
    for rung in found:
        for stay in rung:
            instants.add(stay.since)
            instants.update(stay.renewed_at)
            if stay.until is not None:
                instants.add(stay.until)
    return sorted(instants)


def _joined(ladder: Ladder, shown: Iterator[_Shown], facts: Sequence[Fact]) -> list[Interval]:
    ordinals = [0] * len(ladder.rungs)
    begun: list[tuple[_Shown, int, Reason]] = []
    before: int | None = None
    for now in shown:
        is_renewal = now.stay is not None and now.at in now.stay.renewed_at
        if before != now.rank or is_renewal:
            ordinals[now.rank] += 1
            begun.append((now, ordinals[now.rank], _reason(now, before, is_renewal)))
        before = now.rank
    ends = [now.at for now, _, _ in begun[1:]]
    return [
        Interval(
            tier=ladder.rungs[now.rank].tier,
            rank=now.rank,
            ordinal=ordinal,
            from_at=now.at,
            to_at=to_at,
            reason=reason,
            fact_id=_fact_of(facts, now.at) if reason in BY_FACTS else None,
        )
        for (now, ordinal, reason), to_at in zip_longest(begun, ends)
    ]


def _reason(now: _Shown, rank_before: int | None, is_renewal: bool) -> Reason:
    if now.stay is None:
        return Reason.STARTED if rank_before is None else Reason.ENDED
    if is_renewal and now.rank == rank_before:
        return Reason.RENEWED
    if now.stay.since == now.at:
        return Reason.STEPPED_DOWN if now.stay.is_step else Reason.REACHED
    return Reason.ENDED


def _fact_of(facts: Sequence[Fact], at: datetime) -> FactId | None:
    """The last fact of an instant that still counts."""
    place = bisect_right(facts, at, key=attrgetter("occurred_at")) - 1
    while place >= 0 and facts[place].occurred_at == at:
        if facts[place].visits:
            return facts[place].fact_id
        place -= 1
    return None
