"""Metrics of one history after another, of which few facts read otherwise: a walk of a told
timeline counts as the walk before it did, but for what came back in between (T4).

What is found is what `metrics.profiles` finds of each. Only what those facts add is taken out, and
put in as they read now; no window is counted again for all the others.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import itemgetter

from tier_svc.domain.amounts import counted_once
from tier_svc.domain.facts import Fact, Value
from tier_svc.domain.measures import Frame, Measure
from tier_svc.domain.metrics import Profiles, Share, profile, shares

Values = list[tuple[datetime, Value]]


class Recount:
    """Counts one history, then others that are like the one before it. What it answers holds until
    it is asked again.
    """

    def __init__(self, measures: Iterable[Measure], frame: Frame) -> None:
        self._frame = frame
        self._facts: Sequence[Fact] = ()
        self._values: dict[Measure, Values] = {one: [] for one in measures}
        self._places: dict[Measure, Mapping[Hashable, Sequence[int]]] = {}

    def of(self, facts: Sequence[Fact]) -> Profiles:
        """Each measure over time, by facts in order."""
        before, self._facts = self._facts, facts
        others = _read_otherwise(before, facts)
        for measure in self._values:
            if others is None:
                self._places.pop(measure, None)
                self._values[measure] = profile(shares(measure, facts, self._frame))
            elif others:
                self._recount(measure, before, others)
        return self._values

    def _recount(self, measure: Measure, before: Sequence[Fact], others: Sequence[int]) -> None:
        counted = [place for place in others if self._is_other(measure, before, place)]
        values = self._values[measure]
        for places in self._together(measure, counted):
            for facts, sign in ((before, -1), (self._facts, 1)):
                for share in shares(measure, (facts[place] for place in places), self._frame):
                    _add(values, share, sign * share.value)

    def _is_other(self, measure: Measure, before: Sequence[Fact], place: int) -> bool:
        """Whether a fact counts otherwise by a measure."""
        was, now = (shares(measure, [of[place]], self._frame) for of in (before, self._facts))
        return was != now

    def _together(self, measure: Measure, counted: Sequence[int]) -> Iterator[Sequence[int]]:
        """The places of facts, each with those that count once together with it."""
        once = counted_once(measure, self._frame.zone)
        if once is None:
            yield from ([place] for place in counted)
            return
        if measure not in self._places:
            by_name: dict[Hashable, list[int]] = {}
            for place, fact in enumerate(self._facts):
                by_name.setdefault(once(fact), []).append(place)
            self._places[measure] = by_name
        for name in dict.fromkeys(once(self._facts[place]) for place in counted):
            yield self._places[measure][name]


def _read_otherwise(before: Sequence[Fact], facts: Sequence[Fact]) -> list[int] | None:
    """The places of facts that are not what they were; nothing where the histories are not alike:
    a fact that reads otherwise keeps its instant, its id and what it was.
    """
    if not before or len(before) != len(facts):
        return None
    others = [place for place, fact in enumerate(facts) if fact is not before[place]]
    is_alike = all(facts[place][:2] == before[place][:2] for place in others)
    return others if is_alike else None


def _add(values: Values, share: Share, value: Value) -> None:
    first = _edge(values, share.from_at)
    last = len(values) if share.to_at is None else _edge(values, share.to_at)
    values[first:last] = [(at, before + value) for at, before in values[first:last]]


def _edge(values: Values, at: datetime) -> int:
    """The place of an instant, from which on the value may now be another."""
    place = bisect_left(values, at, key=itemgetter(0))
    if place == len(values) or values[place][0] != at:
        values.insert(place, (at, values[place - 1][1] if place else 0))
    return place
