"""Post what activities are worth."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.purchases import ActivityRecorded
from points_svc.domain import accrual
from points_svc.domain.books import Books
from points_svc.handlers.judge_first import judge_first
from points_svc.handlers.load_standings import load_standings
from points_svc.handlers.post_books import post_books
from points_svc.handlers.read_allowances import read_allowances
from points_svc.handlers.take_allowances import take_allowances
from points_svc.store import accounts, postings, programme


async def accrue_activities(tx: Tx, activities: Sequence[ActivityRecorded]) -> None:
    """Post what each activity is worth in the point types that have a rule for activities, also
    where that is 0. One that was posted before changes nothing, nor does one before any rules: then
    it waits.
    """
    await programme.share_rules(tx)
    terms = await programme.terms(tx)
    members = [activity.member_id for activity in activities]
    opened = await accounts.lock_accounts_of(tx, members)
    known = await postings.look_up_purchases(tx, activities, terms.rules)
    fresh = {a.fact_id: a for a in activities if not known[a.fact_id].is_known}
    if not fresh:
        return
    standings = await load_standings(tx, members, terms.rules.reads)
    ours = terms.rules.in_force(tx.now)
    books = Books(tx.now, str(ours.version), opened, ours.zone)
    done = [
        accrual.performed(activity, standings[activity.member_id], terms.rules)
        for activity in fresh.values()
    ]
    await judge_first(tx, books, terms.rules)
    terms = terms._replace(left=await read_allowances(tx, done))
    for one in done:
        accrual.accrue(books, one, (), terms)
    await post_books(tx, books)
    await take_allowances(tx, terms.left)
