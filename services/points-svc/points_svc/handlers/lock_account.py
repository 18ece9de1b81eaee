"""Lock one account."""

from chassis.tx import Tx
from points_svc.domain.books import Account
from points_svc.domain.refusals import MemberNotFound
from points_svc.store import accounts, members


async def lock_account(tx: Tx, member_id: str, point_type: str) -> Account:
    """The account, locked; an empty one that nobody stored where there is none.

    Refusals: MemberNotFound.
    """
    account = await accounts.lock_account(tx, member_id, point_type)
    if account is None and not await members.is_known(tx, member_id):
        raise MemberNotFound
    return account or Account(member_id, point_type)
