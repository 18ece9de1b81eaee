"""Hear of activities that lots wait for."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.purchases import ActivityRecorded
from points_svc.domain.books import Books
from points_svc.handlers.heed_activities import heed_activities
from points_svc.handlers.load_named_lots import load_named_lots
from points_svc.handlers.post_books import post_books
from points_svc.store import accounts, activities, programme


async def release_pending(tx: Tx, heard: Sequence[ActivityRecorded]) -> None:
    """Keep each activity, and let the lots of the purchases that they name become available where
    they wait for it. One whose purchase has not come waits for it; one that was heard before
    changes nothing (P4).
    """
    new = await activities.keep_activities(tx, heard)
    rules = await programme.rule_book(tx)
    named = sorted(
        {
            (one.member_id, one.purchase_fact_id)
            for one in heard
            if one.fact_id in new and one.purchase_fact_id and one.kind in rules.awaited
        }
    )
    if not named:
        return
    point_types = rules.point_types()
    locked = await accounts.touch_accounts(tx, [member_id for member_id, _ in named], point_types)
    ours = rules.in_force(tx.now)
    books = Books(tx.now, str(ours.version), locked, ours.zone)
    await load_named_lots(
        tx,
        books,
        [(member_id, one, fact_id) for member_id, fact_id in named for one in point_types],
    )
    await heed_activities(tx, books, named)
    await post_books(tx, books)
