"""Hear of activities that lots wait for."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.purchases import ActivityRecorded
from points_svc.domain.books import Books
from points_svc.handlers.heed_activities import heed_activities
from points_svc.handlers.judge_first import judge_first
from points_svc.handlers.load_named_lots import load_named_lots
from points_svc.handlers.post_books import post_books
from points_svc.handlers.recall_absent import recall_absent
from points_svc.store import accounts, activities, programme


async def release_pending(tx: Tx, heard: Sequence[ActivityRecorded]) -> None:
    """Keep each activity, and let the lots of the purchases that they name become available where
    they wait for it. One whose purchase has not come waits for it; one that was heard before
    changes nothing (P4). Where points are lost by being away, it may keep or give back some (P2).
    """
    new = await activities.keep_activities(tx, heard)
    rules = await programme.rule_book(tx)
    fresh = [one for one in heard if one.fact_id in new]
    named = sorted(
        {
            (one.member_id, one.purchase_fact_id)
            for one in fresh
            if one.purchase_fact_id and one.kind in rules.awaited
        }
    )
    present = sorted({one.member_id for one in fresh}) if rules.forgetting else []
    if not named and not present:
        return
    point_types = rules.point_types()
    touched = [*present, *(member_id for member_id, _ in named)]
    locked = await accounts.touch_accounts(tx, touched, point_types)
    ours = rules.in_force(tx.now)
    books = Books(tx.now, str(ours.version), locked, ours.zone)
    await load_named_lots(
        tx,
        books,
        [(member_id, one, fact_id) for member_id, fact_id in named for one in point_types],
    )
    await judge_first(tx, books, rules)
    await heed_activities(tx, books, named)
    if present:
        await recall_absent(tx, books, present)
    await post_books(tx, books)
