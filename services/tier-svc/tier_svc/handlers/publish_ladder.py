"""Put a version of a ladder in force."""

from zoneinfo import ZoneInfo

from chassis.tx import Tx
from tier_svc.domain.publishing import PublicationAsk, publication
from tier_svc.domain.reading import kept_ladder
from tier_svc.domain.refusals import LadderNotFound, ProgrammeUnpublished
from tier_svc.domain.telling import ladder_published
from tier_svc.store import ladders, programme, publications


async def publish_ladder(
    tx: Tx, version: int, ask: PublicationAsk
) -> tuple[ladders.LadderRow, bool]:
    """The version in force, and whether it was put in force now.

    The first of a ladder is in force from the beginning of time (E4); whoever is known already is
    told by the job. Refusals: LadderNotFound, ProgrammeUnpublished, LadderMigrationRequired,
    EffectiveInPast, LadderScheduled, TierRemoved.
    """
    await publications.begin_publication(tx)
    row = await ladders.find_ladder(tx, version)
    if row is None:
        raise LadderNotFound
    found = await programme.programme.find(tx)
    if found is None:
        raise ProgrammeUnpublished
    _, settings = found
    current = await publications.read_in_force(tx)
    before = current.by_ladder.get(row.written.name, ())
    ladder = kept_ladder(row.written, version)
    made = publication(before, ladder, ZoneInfo(settings.zone), ask, tx.now)
    if made is not None:
        place = await publications.put_in_force(tx, made)
        tx.emit(ladder_published(made, place, tx.now))
        row = await ladders.find_ladder(tx, version)
        assert row is not None, "a version that was just published is found"
    return row, made is not None
