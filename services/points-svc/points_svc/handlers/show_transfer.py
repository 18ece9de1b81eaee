"""How a transfer stands."""

from chassis.tx import Tx
from points_svc.domain.move_refusals import TransferNotFound
from points_svc.domain.transfers import Transfer
from points_svc.store import transfers


async def show_transfer(tx: Tx, member_id: str, transfer_id: str, source: str | None) -> Transfer:
    """A channel's transfer by the member who gave; without a source the first of that id, of any
    channel. Refusals: TransferNotFound.
    """
    if source is None:
        found = await transfers.first_transfer(tx, member_id, transfer_id)
    else:
        found = await transfers.find_transfer(tx, member_id, transfer_id, source)
    if found is None:
        raise TransferNotFound
    return found
