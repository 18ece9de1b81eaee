"""The stays of one rung, from when its test is met (T2, T3).

A stay runs from `since` to the first instant after which nothing keeps it: grace, the end of the
stay, the minimum stay. Meeting the test again before that carries it on; at that very instant it
begins a new stay.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from zoneinfo import ZoneInfo

from tier_svc.domain import days
from tier_svc.domain.instants import TICK, Periods, Span
from tier_svc.domain.ladder import Renewal, Rung
from tier_svc.domain.metrics import Met

RENEWALS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a stay ends when it does: at the latest of three, counted from `unmet_at` (f) and from
    `since`. `until`: the first instant after the stay.
    """

    unmet_at: datetime
    grace_until: datetime
    stay_until: datetime
    minimum_until: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Stay:
    """A rung in force in [since, until). `is_step`: begun by the end of the rung above, not by its
    own test.

    `renewed_at` are the later beginnings of an `at_period_end` stay. `ending` is empty where
    nothing ends it.
    """

    since: datetime
    is_step: bool
    renewed_at: tuple[datetime, ...]
    ending: Ending | None

    @property
    def until(self) -> datetime | None:
        """The first instant after the stay, if there is one."""
        return self.ending.until if self.ending else None


def stays(
    rung: Rung,
    met: Sequence[Met],
    steps: Sequence[datetime],
    zone: ZoneInfo,
    frozen_at: datetime | None = None,
) -> list[Stay]:
    """Every stay of a rung, in order. `steps` are the instants at which the rung above ends by one
    step. From `frozen_at` on none is renewed any more: it runs to its end.
    """
    if not met and not steps:
        return []
    rules = _Rules(rung, zone, frozen_at)
    follow = _renewed if rung.renewal is Renewal.AT_PERIOD_END else _continued
    out: list[Stay] = []
    test = step = 0
    for _ in range(len(met) + len(steps)):
        tested = met[test].from_at if test < len(met) else None
        stepped = steps[step] if step < len(steps) else None
        since = min((at for at in (tested, stepped) if at is not None), default=None)
        if since is None:
            break
        stay = follow(rules, since, since != tested, met[test:])
        out.append(stay)
        if stay.until is None:
            break
        test = bisect_left(met, stay.until, key=attrgetter("from_at"))
        step = (bisect_left if stay.until > since else bisect_right)(steps, stay.until)
    return out


def ends_of(found: Sequence[Stay]) -> list[datetime]:
    """The instants at which a rung is lost. One that begins anew at the instant it ends is not
    lost.

    A step onto a rung that nothing keeps for a moment is an end too: it leads on to the rung below.
    """
    if not found:
        return []
    begun = {stay.since for stay in found if stay.until != stay.since}
    return sorted({stay.until for stay in found if stay.until is not None} - begun)


@dataclass(frozen=True, slots=True)
class _Rules:
    rung: Rung
    zone: ZoneInfo
    frozen_at: datetime | None

    def may_renew(self, begin: datetime) -> bool:
        """Whether a stay may begin anew at an instant."""
        return self.frozen_at is None or begin < self.frozen_at

    def ending(self, since: datetime, unmet_at: datetime, stay_until: datetime) -> Ending:
        grace_until = days.adding(self.rung.grace, self.zone)(unmet_at)
        minimum_until = days.adding(self.rung.minimum_stay, self.zone)(since)
        until = max(grace_until, stay_until, minimum_until)
        return Ending(unmet_at, grace_until, stay_until, minimum_until, until)

    def stay_from(self, begin: datetime) -> datetime:
        """The end of a stay that begins at `begin`."""
        return self._stay(begin, begin)

    def stay_past(self, unmet_at: datetime) -> datetime:
        """The end of a stay whose test was met until `unmet_at`: its period is the one just
        before.
        """
        return self._stay(unmet_at, unmet_at - TICK)

    def _stay(self, at: datetime, inside: datetime) -> datetime:
        stay = self.rung.stay
        if isinstance(stay, Span):
            return days.adding(stay, self.zone)(at)
        if isinstance(stay, Periods):
            return days.ending(stay, self.zone)(inside)
        return at


def _continued(rules: _Rules, since: datetime, is_step: bool, met: Sequence[Met]) -> Stay:
    """Continuous: each time the test is met again before the end, the end moves."""
    ending = rules.ending(since, since, rules.stay_from(since)) if is_step else None
    for again in met:
        if ending is not None and again.from_at >= ending.until:
            break
        if again.to_at is None:
            return Stay(since, is_step, (), None)
        ending = rules.ending(since, again.to_at, rules.stay_past(again.to_at))
    return Stay(since, is_step, (), ending)


def _renewed(rules: _Rules, since: datetime, is_step: bool, met: Sequence[Met]) -> Stay:
    """At period end: only the end of each stay looks at the test; until then nothing matters."""
    ending = rules.ending(since, since, rules.stay_from(since)) if is_step else None
    begin: datetime | None = None if is_step else since
    renewed: list[datetime] = []
    place = 0
    for _ in range(RENEWALS_MAX):
        if begin is not None:
            end = rules.stay_from(begin)
            ending = rules.ending(since, end, end)
        assert ending is not None
        place = _first_open_after(met, ending.unmet_at, place)
        begin = _next_begin(met, place, ending)
        if begin is None or not rules.may_renew(begin):
            return Stay(since, is_step, tuple(renewed), ending)
        renewed.append(begin)
    raise AssertionError("a ladder whose stays renew for ever is never published")


def _first_open_after(met: Sequence[Met], at: datetime, place: int) -> int:
    """The first time the test is met that is not over by `at`."""
    while place < len(met):
        to_at = met[place].to_at
        if to_at is None or to_at > at:
            break
        place += 1
    return place


def _next_begin(met: Sequence[Met], place: int, ending: Ending) -> datetime | None:
    """Where the next stay begins: at the end of this one if the test is met then, else when it is
    before all is over.
    """
    if place == len(met):
        return None
    begin = max(met[place].from_at, ending.unmet_at)
    return begin if begin == ending.unmet_at or begin < ending.until else None
