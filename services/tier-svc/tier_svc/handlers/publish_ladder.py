"""Put a ladder in force."""

from chassis.tx import Tx
from tier_svc.domain.refusals import LadderMigrationRequired, LadderNotFound, ProgrammeUnpublished
from tier_svc.store import ladders, programme, standings


async def publish_ladder(tx: Tx, version: int) -> tuple[ladders.LadderRow, bool]:
    """The ladder in force, and whether it was put in force now.

    The first one is in force from the beginning of time (E4); whoever is known already becomes due
    and is told by the job. Refusals: LadderNotFound, LadderMigrationRequired, ProgrammeUnpublished.
    """
    await ladders.begin_publication(tx)
    row = await ladders.find_ladder(tx, version)
    if row is None:
        raise LadderNotFound
    current = await ladders.in_force(tx)
    if current is not None and current.ladder.version != version:
        raise LadderMigrationRequired(in_force=current.ladder.version)
    found = await programme.programme.find(tx)
    if found is None:
        raise ProgrammeUnpublished
    _, settings = found
    if current is None:
        await ladders.put_in_force(tx, version, settings.zone)
        await standings.make_untold_due(tx)
        row = await ladders.find_ladder(tx, version)
        assert row is not None, "a version that was just published is found"
    return row, current is None
