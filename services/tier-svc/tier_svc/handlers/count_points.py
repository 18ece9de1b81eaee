"""Hear what points-svc made of purchases and returns."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.points import PointsAccrued, PointsReversed
from contracts.ids import FactId, MemberId
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.store import facts, members, publications


async def count_points(tx: Tx, totals: Sequence[PointsAccrued] | Sequence[PointsReversed]) -> None:
    """Keep the totals by their highest revision; re-evaluate where a ladder asks for the point
    type.

    Every point type is kept, so that the next ladder may ask for it.
    """
    current = await publications.in_force(tx)
    needed = {kind for ladder in current.ladders for kind in ladder.point_types}
    concerned = {one.member_id: None for one in totals if one.point_type in needed}
    if concerned:
        await members.open_members(tx, concerned)
    touched: dict[MemberId, set[FactId]] = {}
    for row in await facts.keep_point_totals(tx, totals):
        if row.point_type in needed:
            touched.setdefault(row.member_id, set()).add(row.fact_id)
    await evaluate_members(tx, current, touched)
