"""What the courses of many members rest on (T4, T8): the versions that concern them, what came
back, and how one version hands over to the next.
"""

from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from contracts.ids import MemberId
from tier_svc.domain.crowd import Column, Crowd, Flags, Reach, Returned, is_first_of, micros, owners
from tier_svc.domain.crowd_courses import Courses, courses, joined
from tier_svc.domain.crowd_days import adding, ending
from tier_svc.domain.crowd_handing import Handing, Places, hand_over
from tier_svc.domain.crowd_lives import Lives, lives_of
from tier_svc.domain.crowd_tests import Counting, Lowest
from tier_svc.domain.instants import Periods, Span
from tier_svc.domain.publications import EVERYONE, Publication, of_member

ANYBODY = MemberId("")


class Course(NamedTuple):
    """When each member's timeline starts, and where they stand: ranks are places in the list of all
    rungs of all publications.
    """

    starts_at: Column
    courses: Courses


class _Chain(NamedTuple):
    """The publications that concern some members, each with the place of its base."""

    publications: Sequence[tuple[int, Publication]]
    who: Flags


class _Known(NamedTuple):
    """What is known of the members of a chain by each of its versions, and their lives, where
    something came back.
    """

    heard: Sequence[Crowd]
    back: Sequence[Returned]
    starts_at: Column
    lives: Lives | None


class _Alike(NamedTuple):
    """By what a version counts; what is counted alike is counted once."""

    zone: ZoneInfo
    point_types: frozenset[str]
    on_return: Span | Periods | None
    until: int | None
    who: bytes
    lives: bytes


class Grounds:
    """Finds courses of one crowd. `since`: from when on they are asked for."""

    def __init__(self, crowd: Crowd, since: int, reach: Reach, lowest: Lowest) -> None:
        self._crowd, self._since, self._reach, self._lowest = crowd, since, reach, lowest
        self._counted: dict[_Alike, Counting] = {}
        self._found: dict[tuple[int, _Alike], Courses] = {}

    def course(self, publications: Sequence[Publication]) -> Course:
        """Where each member stands by the publications that concern them."""
        places = places_of(publications)
        starts_at, moments, ranks = self._crowd.enrolled_at.copy(), [], []
        for chain in _chains(publications, self._crowd.member_ids):
            found = self._chain(chain, places)
            is_own = chain.who[owners(found.courses.moments)]
            moments.append(found.courses.moments[is_own])
            ranks.append(found.courses.ranks[is_own])
            starts_at[chain.who] = found.starts_at[chain.who]
        return Course(starts_at, joined(np.concatenate(moments), np.concatenate(ranks)))

    def _chain(self, chain: _Chain, places: Places) -> Course:
        known = self._known(chain)
        out = self._version(chain, known, 0)
        for number, (base, one) in enumerate(chain.publications[1:], 1):
            now = self._version(chain, known, number)
            now = Courses(now.moments, now.ranks + base, base)
            out = hand_over(out, now, places, self._handing(one, known, places))
        if known.lives is not None:
            out = known.lives.told(out)
        return Course(known.starts_at, out)

    def _known(self, chain: _Chain) -> _Known:
        crowd = self._crowd.where(chain.who[self._crowd.owner])
        heard = [crowd.heard(one.ladder.point_types) for _, one in chain.publications]
        starts_at = np.minimum.reduce([_starts(of) for of in heard])
        back = [
            _looked_at(of.returned, one, self._reach)
            for of, (_, one) in zip(heard, chain.publications, strict=True)
        ]
        if not crowd.returned.of.size:
            return _Known(heard, back, starts_at, None)
        lives = lives_of(
            np.maximum(starts_at, self._since),
            [(of.owner[one.of], one.effect_at) for of, one in zip(heard, back, strict=True)],
            self._reach,
        )
        return _Known(heard, back, starts_at, lives)

    def _version(self, chain: _Chain, known: _Known, number: int) -> Courses:
        """By one version alone; from where the next one is in force nothing of it is renewed."""
        one = chain.publications[number][1]
        alike = _Alike(
            one.zone,
            one.ladder.point_types,
            None if known.lives is None else one.ladder.on_return,
            _until(chain, number),
            chain.who.tobytes(),
            b"" if known.lives is None else known.lives.from_at.tobytes(),
        )
        if alike not in self._counted:
            crowd, reach = known.heard[number], self._reach
            if known.lives is not None:
                crowd = known.lives.lived(crowd, known.back[number])
            if alike.until is not None:
                crowd = crowd.where(crowd.at < alike.until)
            self._counted[alike] = Counting(crowd, one.zone, reach, self._lowest)
        named = one.ladder.version, alike
        if named not in self._found:
            self._found[named] = courses(one.ladder, self._counted[alike], alike.until)
        return self._found[named]

    def _handing(self, one: Publication, known: _Known, places: Places) -> Handing:
        """How a version takes over, for each member, or for each of their lives."""
        reach, starts_at = self._reach, known.starts_at
        if known.lives is not None:
            starts_at = starts_at[known.lives.members]
        assert one.effective_from is not None, "the first version is handed over by nobody"
        effective_at = micros(one.effective_from)
        is_new = starts_at >= effective_at
        at = np.maximum(np.where(is_new, starts_at, effective_at), reach.origin)
        everyone = np.arange(starts_at.size)
        return Handing(
            one.migration,
            reach.moments(everyone, at),
            is_new,
            np.array([one.ladder.ranks.get(tier, 0) for tier in places.tiers], dtype=np.int64),
            reach.moments(everyone, np.full_like(at, reach.horizon)),
        )


def places_of(publications: Sequence[Publication]) -> Places:
    """The rungs of all of them."""
    rungs = [pair for one in publications for pair in enumerate(one.ladder.rungs)]
    ranks = np.array([rank for rank, _ in rungs], dtype=np.int64)
    return Places([rung.tier for _, rung in rungs], ranks)


def _chains(publications: Sequence[Publication], members: Sequence[MemberId]) -> list[_Chain]:
    """Whom which of them concern."""
    bases = np.cumsum([0, *(len(one.ladder.rungs) for one in publications)]).tolist()
    place_of = {id(one): (base, one) for base, one in zip(bases, publications, strict=False)}
    if all(one.share == EVERYONE for one in publications):
        everyone = np.ones(len(members), dtype=np.bool_)
        return [_Chain([place_of[id(one)] for one in of_member(publications, ANYBODY)], everyone)]
    groups: dict[tuple[int, ...], list[int]] = {}
    for place, member in enumerate(members):
        named = tuple(id(one) for one in of_member(publications, member))
        groups.setdefault(named, []).append(place)
    return [
        _Chain([place_of[one] for one in named], np.isin(np.arange(len(members)), who))
        for named, who in groups.items()
    ]


def _until(chain: _Chain, number: int) -> int | None:
    """From when the next version of a chain is in force."""
    following = chain.publications[number + 1 : number + 2]
    return next((micros(one.effective_from) for _, one in following if one.effective_from), None)


def _starts(heard: Crowd) -> Column:
    """The start of each member's timeline: their enrolment, or their first purchase before it."""
    starts_at = heard.enrolled_at.copy()
    first = np.flatnonzero(is_first_of(heard.owner))
    owner = heard.owner[first]
    starts_at[owner] = np.minimum(starts_at[owner], heard.at[first])
    return starts_at


def _looked_at(returned: Returned, one: Publication, reach: Reach) -> Returned:
    """What came back, in the order and at the instants at which a version looks at it: at those of
    a purchase before one at the latest with it.
    """
    effect_at, policy = returned.effect_at, one.ladder.on_return
    if isinstance(policy, Periods):
        effect_at = ending(policy, one.zone, reach)(effect_at)
    elif policy is not None:
        effect_at = adding(policy, one.zone, reach)(effect_at)
    back = returned.in_effect(_soonest(returned.of, effect_at, reach))
    return back.pick(back.effect_at < reach.horizon)


def _soonest(of: Column, effect_at: Column, reach: Reach) -> Column:
    """The first of each instant and the later ones of its purchase; none is after the horizon."""
    order = np.argsort(of, kind="stable")
    purchases: Column = np.cumsum(is_first_of(of[order]), dtype=np.int64) - 1
    moments = reach.moments(purchases, effect_at[order])
    out = np.empty_like(effect_at)
    out[order] = reach.instants(np.minimum.accumulate(moments[::-1])[::-1])
    return out
