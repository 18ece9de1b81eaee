"""Hear what points-svc made of purchases and returns."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.points import PointsAccrued, PointsReversed
from contracts.ids import FactId, MemberId
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.store import facts, ladders, standings


async def count_points(tx: Tx, totals: Sequence[PointsAccrued] | Sequence[PointsReversed]) -> None:
    """Keep the totals by their highest revision; re-evaluate where the ladder asks for the point
    type.

    Every point type is kept, so that the next ladder may ask for it.
    """
    current = await ladders.in_force(tx)
    needed = current.ladder.point_types if current else frozenset()
    concerned = {one.member_id: None for one in totals if one.point_type in needed}
    if concerned:
        await standings.open_standings(tx, concerned)
    touched: dict[MemberId, set[FactId]] = {}
    for row in await facts.keep_point_totals(tx, totals):
        if row.point_type in needed:
            touched.setdefault(row.member_id, set()).add(row.fact_id)
    await evaluate_members(tx, current, touched)
