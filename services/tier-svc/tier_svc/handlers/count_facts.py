"""Hear of members, of what they do, and of what points-svc made of it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from chassis.tx import Tx
from contracts.events.members import MemberEnrolled
from contracts.events.points import PointsAccrued, PointsReversed
from contracts.events.purchases import ActivityRecorded, PurchaseRecorded, PurchaseReturned
from contracts.ids import FactId, MemberId
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.store import facts, members, others, publications

Total = PointsAccrued | PointsReversed
Heard = MemberEnrolled | PurchaseRecorded | PurchaseReturned | ActivityRecorded | Total
Touched = dict[MemberId, set[FactId]]


async def count_facts(tx: Tx, heard: Sequence[Heard]) -> None:
    """Keep everything that a batch says first, then look at each member that it touches once: one
    message per member, ladder and batch.

    What was heard before changes nothing; of a total the highest revision holds; a return whose
    purchase is unknown waits for it. Activities and point types that no ladder asks for are kept
    too, so that the next one may. Enrolled members stand on the base rung until a fact lifts them.
    """
    current = await publications.in_force(tx)
    needed = frozenset(kind for ladder in current.ladders for kind in ladder.point_types)
    if opened := _opened(heard, needed):
        await members.open_members(tx, opened)
    touched: Touched = {one.member_id: set() for one in heard if isinstance(one, MemberEnrolled)}
    for news in (await _kept_facts(tx, heard), await _kept_totals(tx, heard, needed)):
        for member, fact_ids in news.items():
            touched.setdefault(member, set()).update(fact_ids)
    await evaluate_members(tx, current, touched)


def _opened(heard: Sequence[Heard], needed: Collection[str]) -> dict[MemberId, datetime | None]:
    """The members whom this may concern, with their enrolment where somebody says it."""
    opened: dict[MemberId, datetime | None] = {}
    for one in heard:
        if isinstance(one, Total) and one.point_type not in needed:
            continue
        enrolled_at = getattr(one, "enrolled_at", None)
        opened[one.member_id] = enrolled_at or opened.get(one.member_id)
    return opened


async def _kept_facts(tx: Tx, heard: Sequence[Heard]) -> Touched:
    """The purchases, returns and activities that nobody had told before."""
    touched: Touched = {}
    purchases = [one for one in heard if isinstance(one, PurchaseRecorded)]
    returns = [one for one in heard if isinstance(one, PurchaseReturned)]
    activities = [one for one in heard if isinstance(one, ActivityRecorded)]
    for news in (
        await facts.keep_purchases(tx, purchases) if purchases else {},
        await facts.keep_returns(tx, returns) if returns else {},
        await others.keep_activities(tx, activities) if activities else {},
    ):
        for member, fact_ids in news.items():
            touched.setdefault(member, set()).update(fact_ids)
    return touched


async def _kept_totals(tx: Tx, heard: Sequence[Heard], needed: Collection[str]) -> Touched:
    """The facts whose points are news, of the point types that a ladder asks for."""
    touched: Touched = {}
    totals = [one for one in heard if isinstance(one, Total)]
    for row in await facts.keep_point_totals(tx, totals) if totals else ():
        if row.point_type in needed:
            touched.setdefault(row.member_id, set()).add(row.fact_id)
    return touched
