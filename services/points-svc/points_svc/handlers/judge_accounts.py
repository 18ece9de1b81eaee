"""Open a member's accounts to answer for them, judged at a moment."""

from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.books import Books
from points_svc.domain.refusals import MemberNotFound
from points_svc.handlers.judge_members import judge_members
from points_svc.store import members


async def judge_accounts(tx: Tx, member_id: str, at: datetime) -> Books:
    """As `judge_members`, of one. Refusals: MemberNotFound."""
    books = await judge_members(tx, [member_id], at)
    if not books.all() and not await members.is_known(tx, member_id):
        raise MemberNotFound
    return books
