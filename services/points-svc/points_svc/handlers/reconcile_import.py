"""What a batch of opening balances adds up to, beside the ledger."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.imports import BatchSum
from points_svc.domain.move_refusals import ImportNotFound
from points_svc.store import imports


async def reconcile_import(tx: Tx, batch: str) -> Sequence[BatchSum]:
    """Lines and points by source and code, and what the ledger has of those that were posted: read
    in one statement, so of one state. Refusals: ImportNotFound.
    """
    found = await imports.sums_of_batch(tx, batch)
    if not found:
        raise ImportNotFound
    return found
