"""Take an identifier from a member."""

from chassis.tx import Tx
from contracts.ids import MemberId
from member_svc.domain.refusals import IdentifierNotFound
from member_svc.store import identifiers, members


async def unlink_identifier(tx: Tx, member_id: MemberId, identifier_id: str) -> None:
    """From now on it is nobody's; what was bought with it stays the member's. Refusals:
    IdentifierNotFound.
    """
    if not await identifiers.unlink(tx, member_id, identifier_id):
        raise IdentifierNotFound
    await members.count_change(tx, member_id)
