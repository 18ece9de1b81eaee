"""What is known of members, put together from what was heard and decided."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.facts import Fact, Heard
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.publications import Known
from tier_svc.domain.ways import Way
from tier_svc.store import facts, members, others, ways


async def known_members(
    tx: Tx, member_ids: Sequence[MemberId], ladders: Sequence[Ladder]
) -> list[Known]:
    """What is known of those who are enrolled, as far as these ladders ask for it."""
    enrolled = await members.enrolled_members(tx, member_ids)
    if not enrolled:
        return []
    ids = list(enrolled)
    heard = await _heard(tx, ids, ladders)
    given = await _ways(tx, enrolled)
    return [
        Known(member, enrolled[member][0], heard[member], given.get(member, {})) for member in ids
    ]


async def _heard(
    tx: Tx, ids: Sequence[MemberId], ladders: Sequence[Ladder]
) -> dict[MemberId, Heard]:
    types = frozenset(kind for ladder in ladders for kind in ladder.point_types)
    points = await facts.points_of_members(tx, ids, types)
    purchases = await facts.purchases_of_members(tx, ids, points)
    if any(ladder.has_filters for ladder in ladders):
        goods = await facts.goods_of_members(tx, ids)
        for member, bought in purchases.items():
            purchases[member] = [
                one._replace(more=goods.get((member, one.fact_id))) for one in bought
            ]
    returns = await facts.returns_of_members(tx, ids, points)
    more = await _others(tx, ids, ladders)
    return {
        member: Heard(purchases.get(member, ()), returns.get(member, ()), more.get(member, ()))
        for member in ids
    }


async def _others(
    tx: Tx, ids: Sequence[MemberId], ladders: Sequence[Ladder]
) -> dict[MemberId, list[Fact]]:
    out: dict[MemberId, list[Fact]] = {}
    if any(ladder.has_activities for ladder in ladders):
        out = await others.activities_of_members(tx, ids)
    if any(ladder.has_attributes for ladder in ladders):
        for member, settings in (await others.attributes_of_members(tx, ids)).items():
            out.setdefault(member, []).extend(settings)
    return out


async def _ways(
    tx: Tx, enrolled: Mapping[MemberId, tuple[datetime, bool]]
) -> dict[MemberId, dict[str, list[Way]]]:
    """The ways up of those who ever had one, by ladder."""
    ids = [member for member, (_, has_ways) in enrolled.items() if has_ways]
    if not ids:
        return {}
    out: dict[MemberId, dict[str, list[Way]]] = {}
    for member, given in (await ways.ways_of_members(tx, ids)).items():
        for one in given:
            out.setdefault(member, {}).setdefault(one.ladder, []).append(one.way)
    return out
