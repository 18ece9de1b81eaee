"""Look at whom a publication would move, before it is made."""

from zoneinfo import ZoneInfo

from chassis.tx import Tx
from tier_svc.domain.preview import Move, move
from tier_svc.domain.publishing import PublicationAsk, publication
from tier_svc.domain.reading import kept_ladder
from tier_svc.domain.refusals import LadderNotFound, ProgrammeUnpublished
from tier_svc.store import ladders, members, programme, publications
from tier_svc.store.histories import known_members


async def preview_publication(
    tx: Tx, version: int, ask: PublicationAsk, after: str, limit: int
) -> tuple[list[Move], str | None]:
    """Of the next members by id those whom it would move, and the last one looked at, if there may
    be more. The first version of a ladder moves nobody. It writes nothing.

    Refusals: as to publish it.
    """
    row = await ladders.find_ladder(tx, version)
    if row is None:
        raise LadderNotFound
    found = await programme.programme.find(tx)
    if found is None:
        raise ProgrammeUnpublished
    current = await publications.read_in_force(tx)
    before = current.by_ladder.get(row.written.name, ())
    ladder = kept_ladder(row.written, version)
    made = publication(before, ladder, ZoneInfo(found[1].zone), ask, tx.now)
    if made is None or not before:
        return [], None
    following = await members.members_after(tx, after, limit)
    known = await known_members(tx, following, [ladder, *(one.ladder for one in before)])
    at = made.effective_from or tx.now
    moves = [moved for one in known if (moved := move(before, made, one, at))]
    return moves, following[-1] if len(following) == limit else None
