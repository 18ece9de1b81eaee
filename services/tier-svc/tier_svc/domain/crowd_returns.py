"""What came back of many members' purchases, in columns (T4, P7). What a return leaves of its
purchase is found by the pure function; here it finds its place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import lcm
from typing import NamedTuple

import numpy as np

from contracts.ids import FactId, MemberId
from tier_svc.domain.crowd import RETURNS_MAX, UNHEARD, Column, Crowd, Returned, micros
from tier_svc.domain.facts import NO_POINTS, Fact, Heard, Return, taken_back

SCALE_MAX = 1_000_000
"""Parts of a minor unit in which a crowd may count."""


class Back(NamedTuple):
    """A return of a member, and the purchase as it was bought."""

    member_id: MemberId
    bought: Fact
    back: Return


class Backs(NamedTuple):
    """What came back of the members of a crowd, each member's in business order; `scale`: in how
    many parts of a minor unit all of it is whole.
    """

    backs: Sequence[Back]
    scale: int

    @property
    def came_whole(self) -> list[tuple[MemberId, FactId]]:
        """The purchases of which nothing is left in the end."""
        left = {(one.member_id, one.bought.fact_id): one.back.kept.visits for one in self.backs}
        return [named for named, visits in left.items() if not visits]


def backs_of(
    heard: Mapping[MemberId, Heard], point_types: frozenset[str]
) -> tuple[Backs, set[MemberId]]:
    """What came back of members, by their purchases of which something did; and those members for
    whom columns do not hold it.
    """
    found: list[Back] = []
    scale, others = 1, set()
    for member_id, of in heard.items():
        bought = {fact.fact_id: fact for fact in of.purchases}
        backs = sorted(taken_back(bought, of.returns, frozenset()), key=_in_business_order)
        parts = lcm(scale, *(back.kept.spend.denominator for back in backs))
        is_held = parts <= SCALE_MAX and len(of.returns) <= RETURNS_MAX
        if is_held and _is_told(of, backs, point_types):
            scale = parts
            found += (Back(member_id, bought[back.purchase_fact_id], back) for back in backs)
        else:
            others.add(member_id)
    return Backs(found, scale), others


def with_returns(crowd: Crowd, found: Backs) -> Crowd:
    """A crowd with what came back of its purchases; the others' is left out."""
    places = {member_id: place for place, member_id in enumerate(crowd.member_ids)}
    known = [one for one in found.backs if one.member_id in places]
    if not known:
        return crowd
    rows = _rows(crowd, [(places[one.member_id], one.bought) for one in known])
    kept = [one.back.kept for one in known]
    returned = Returned(
        np.array(rows, dtype=np.int64),
        _column(micros(one.back.effect_at) for one in known),
        _column(int(one.spend * found.scale) for one in kept),
        _column(one.visits for one in kept),
        {
            kind: _column(one.points.get(kind, UNHEARD) for one in kept)
            for kind in sorted(crowd.points)
        },
    )
    return replace(crowd, spend=crowd.spend * found.scale, returned=returned, scale=found.scale)


def _rows(crowd: Crowd, bought: Iterable[tuple[int, Fact]]) -> list[int]:
    """Where each of these purchases is; of those that are alike in all that columns know, any."""
    bounds = np.searchsorted(crowd.owner, np.arange(len(crowd.member_ids) + 1)).tolist()
    row_of: dict[tuple[int, FactId], int] = {}
    taken = set()
    out = []
    for owner, fact in bought:
        named = owner, fact.fact_id
        if named not in row_of:
            own = crowd.at[bounds[owner] : bounds[owner + 1]]
            row = bounds[owner] + int(np.searchsorted(own, micros(fact.occurred_at)))
            while row in taken or not _is_at(crowd, row, fact):
                row += 1
            taken.add(row)
            row_of[named] = row
        out.append(row_of[named])
    return out


def _is_at(crowd: Crowd, row: int, fact: Fact) -> bool:
    is_alike = crowd.spend[row] == fact.spend
    return bool(is_alike) and all(
        of[row] == fact.points.get(kind, UNHEARD) for kind, of in crowd.points.items()
    )


def _is_told(heard: Heard, backs: Iterable[Return], point_types: frozenset[str]) -> bool:
    """Whether points-svc has told of every return, and took back no more than it gave."""
    is_heard = all(point_types <= back.points.keys() for back in heard.returns)
    return is_heard and all(
        n >= 0 for back in backs for n in (back.kept.points or NO_POINTS).values()
    )


def _in_business_order(back: Return) -> tuple[object, FactId]:
    return back.occurred_at, back.fact_id


def _column(numbers: Iterable[int]) -> Column:
    return np.fromiter(numbers, dtype=np.int64)
