"""Hear of members, of what they do, and of what points-svc made of it."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime

from chassis.tx import Tx
from contracts.events.members import MemberEnrolled
from contracts.events.points import PointsAccrued, PointsReversed
from contracts.events.purchases import (
    ActivityRecorded,
    FeedbackRecorded,
    PurchaseRecorded,
    PurchaseReturned,
)
from contracts.ids import FactId, MemberId
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.store import complaints, facts, members, others, publications

Total = PointsAccrued | PointsReversed
Dated = MemberEnrolled | PurchaseRecorded | ActivityRecorded | FeedbackRecorded
Heard = Dated | PurchaseReturned | Total
News = dict[MemberId, set[FactId]]


async def count_facts(tx: Tx, heard: Sequence[Heard]) -> None:
    """Keep all that a batch says first, then look at each member that it touches once: one message
    per member, ladder and batch.

    What was heard before changes nothing; of a total the highest revision holds; a return whose
    purchase is unknown waits for it. Activities, complaints and point types that no ladder asks for
    are kept too, so that the next one may. Enrolled members stand on the base rung until a fact
    lifts them.
    """
    current = await publications.in_force(tx)
    needed = frozenset(kind for ladder in current.ladders for kind in ladder.point_types)
    opened = _opened(heard, needed)
    if opened:
        await members.open_members(tx, opened)
    touched: News = {one.member_id: set() for one in heard if isinstance(one, MemberEnrolled)}
    async for news in _kept(tx, heard, needed):
        for member, fact_ids in news.items():
            touched.setdefault(member, set()).update(fact_ids)
    await evaluate_members(tx, current, touched)


def _opened(heard: Sequence[Heard], needed: Collection[str]) -> dict[MemberId, datetime | None]:
    """The members whom this may concern, with their enrolment where somebody says it."""
    opened: dict[MemberId, datetime | None] = {}
    for one in heard:
        if isinstance(one, Dated):
            opened[one.member_id] = one.enrolled_at
        elif isinstance(one, PurchaseReturned) or one.point_type in needed:
            opened.setdefault(one.member_id, None)
    return opened


async def _kept(tx: Tx, heard: Sequence[Heard], needed: Collection[str]) -> AsyncIterator[News]:
    """What nobody had told before, by member, kind by kind."""
    if purchases := [one for one in heard if isinstance(one, PurchaseRecorded)]:
        yield await facts.keep_purchases(tx, purchases)
    if returns := [one for one in heard if isinstance(one, PurchaseReturned)]:
        yield await facts.keep_returns(tx, returns)
    if activities := [one for one in heard if isinstance(one, ActivityRecorded)]:
        yield await others.keep_activities(tx, activities)
    if made := [one for one in heard if isinstance(one, FeedbackRecorded)]:
        yield await _kept_feedback(tx, made)
    if totals := [one for one in heard if isinstance(one, Total)]:
        yield await _kept_totals(tx, totals, needed)


async def _kept_feedback(tx: Tx, heard: Sequence[FeedbackRecorded]) -> News:
    """Complaints and what became of them that are news; no ladder asks for scores."""
    news: News = {}
    made = [one for one in heard if one.kind == "complaint"]
    became = [one for one in heard if one.kind == "outcome"]
    kept = [await complaints.keep_complaints(tx, made)] if made else []
    kept += [await complaints.keep_outcomes(tx, became)] if became else []
    for one in kept:
        for member, fact_ids in one.items():
            news.setdefault(member, set()).update(fact_ids)
    return news


async def _kept_totals(tx: Tx, totals: Sequence[Total], needed: Collection[str]) -> News:
    """The facts whose points are news, of the point types that a ladder asks for."""
    news: News = {}
    for row in await facts.keep_point_totals(tx, totals):
        if row.point_type in needed:
            news.setdefault(row.member_id, set()).add(row.fact_id)
    return news
