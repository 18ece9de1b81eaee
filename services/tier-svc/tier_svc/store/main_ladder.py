"""Which ladder is meant where none is named."""

from chassis.tx import Tx
from tier_svc.domain.refusals import LadderNotFound, LadderUnpublished
from tier_svc.store.programme import programme
from tier_svc.store.publications import InForce


async def ladder_asked_for(tx: Tx, current: InForce, named: str | None) -> str:
    """The ladder that is named, that the programme calls its main one, or that was first put in
    force. Refusals: LadderUnpublished, LadderNotFound.
    """
    if current.first is None and not current.by_ladder:
        raise LadderUnpublished
    if named is not None:
        if named not in current.by_ladder:
            raise LadderNotFound
        return named
    found = await programme.find(tx)
    main = found[1].main_ladder if found else None
    chosen = main if main in current.by_ladder else current.first
    assert chosen is not None, "of the ladders in force one was the first"
    return chosen
