"""What is known of members, put together from what was heard and decided."""

from collections.abc import Sequence
from typing import NamedTuple

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.facts import NO_POINTS, Fact, Heard
from tier_svc.domain.folding import unfolded, with_lines
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.measures import ACTIVITY_METRICS, EVERYTHING
from tier_svc.domain.publications import Known
from tier_svc.domain.ways import Goal, Way
from tier_svc.store import complaints, facts, folds, members, others, segments, ways


class _Needs(NamedTuple):
    """What of a member has to be read."""

    point_types: frozenset[str]
    goods: bool
    activities: bool
    attributes: bool
    segments: bool
    complaints: bool


class Also(NamedTuple):
    """What is to be read besides what the ladders ask for."""

    goods: bool = False
    attributes: bool = False
    segments: bool = False


NOTHING_ELSE = Also()


async def known_members(
    tx: Tx, member_ids: Sequence[MemberId], ladders: Sequence[Ladder], also: Also = NOTHING_ELSE
) -> list[Known]:
    """What is known of those who are enrolled, as far as these ladders ask for it."""
    enrolled = await members.enrolled_members(tx, member_ids)
    if not enrolled:
        return []
    ids = list(enrolled)
    given = await _ways(tx, [member for member in ids if enrolled[member].has_ways])
    goals = [w.goal for of in given.values() for several in of.values() for w in several if w.goal]
    folded = await _folds(tx, [member for member in ids if enrolled[member].has_folds])
    heard = await _heard(tx, ids, _needs(ladders, goals, also), folded)
    return [
        Known(member, enrolled[member].enrolled_at, heard[member], given.get(member, {}))
        for member in ids
    ]


def _needs(ladders: Sequence[Ladder], goals: Sequence[Goal], also: Also) -> _Needs:
    asked = [goal.measure for goal in goals]
    return _Needs(
        frozenset(kind for ladder in ladders for kind in ladder.point_types),
        also.goods
        or any(ladder.has_filters for ladder in ladders)
        or any(m.only != EVERYTHING for m in asked),
        any(ladder.has_activities for ladder in ladders)
        or any(m.metric in ACTIVITY_METRICS for m in asked),
        also.attributes or any(ladder.has_attributes for ladder in ladders),
        also.segments,
        any(ladder.has_complaints for ladder in ladders),
    )


async def _heard(
    tx: Tx, ids: Sequence[MemberId], needs: _Needs, folded: folds.Folds
) -> dict[MemberId, Heard]:
    points = await facts.points_of_members(tx, ids, needs.point_types)
    purchases = await facts.purchases_of_members(tx, ids, points)
    if needs.goods:
        goods = await facts.goods_of_members(tx, ids)
        for member, bought in purchases.items():
            purchases[member] = [
                one._replace(more=goods.get((member, one.fact_id))) for one in bought
            ]
    returns = await facts.returns_of_members(tx, ids, points)
    for member, several in folded.items():
        of = {fact_id: points.get((member, fact_id), NO_POINTS) for fact_id in several}
        bought = purchases.get(member, [])
        purchases[member] = unfolded(bought, several, of, with_goods=needs.goods)
        returns[member] = with_lines(returns.get(member, ()), several)
    more = await _others(tx, ids, needs)
    told = await segments.segments_of_members(tx, ids) if needs.segments else {}
    became = await complaints.outcomes_of_members(tx, ids) if needs.complaints else {}
    return {
        member: Heard(
            purchases.get(member, ()),
            returns.get(member, ()),
            more.get(member, ()),
            told.get(member, ()),
            became.get(member, ()),
        )
        for member in ids
    }


async def _others(tx: Tx, ids: Sequence[MemberId], needs: _Needs) -> dict[MemberId, list[Fact]]:
    out: dict[MemberId, list[Fact]] = {}
    if needs.activities:
        out = await others.activities_of_members(tx, ids)
    if needs.attributes:
        for member, settings in (await others.attributes_of_members(tx, ids)).items():
            out.setdefault(member, []).extend(settings)
    if needs.complaints:
        for member, made in (await complaints.complaints_of_members(tx, ids)).items():
            out.setdefault(member, []).extend(made)
    return out


async def _folds(tx: Tx, ids: Sequence[MemberId]) -> folds.Folds:
    return await folds.folds_of_members(tx, ids) if ids else {}


async def _ways(tx: Tx, ids: Sequence[MemberId]) -> dict[MemberId, dict[str, list[Way]]]:
    """The ways up of those who ever had one, by ladder."""
    if not ids:
        return {}
    out: dict[MemberId, dict[str, list[Way]]] = {}
    for member, given in (await ways.ways_of_members(tx, ids)).items():
        for one in given:
            out.setdefault(member, {}).setdefault(one.ladder, []).append(one.way)
    return out
