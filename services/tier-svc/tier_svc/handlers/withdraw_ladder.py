"""Go back to the version before."""

from chassis.tx import Tx
from tier_svc.domain.refusals import LadderNotFound, LadderNotInForce
from tier_svc.domain.telling import ladder_withdrawn
from tier_svc.store import ladders, publications


async def withdraw_ladder(tx: Tx, version: int) -> ladders.LadderRow:
    """Withdraw the last version of a ladder, all its shares: standings read as if it had never been
    published, and whoever it concerned is told by the job.

    Refusals: LadderNotFound, LadderNotInForce.
    """
    await publications.begin_publication(tx)
    row = await ladders.find_ladder(tx, version)
    if row is None:
        raise LadderNotFound
    current = await publications.read_in_force(tx)
    name = row.written.name
    made = list(zip(current.by_ladder.get(name, ()), current.places.get(name, ()), strict=True))
    if not made or made[-1][0].ladder.version != version or made[0][0].ladder.version == version:
        raise LadderNotInForce
    for publication, place in reversed(made):
        if publication.ladder.version != version:
            break
        await publications.withdraw_publication(tx, name, place)
        tx.emit(ladder_withdrawn(publication, place, tx.now))
    row = await ladders.find_ladder(tx, version)
    assert row is not None, "a version that was just withdrawn is found"
    return row
