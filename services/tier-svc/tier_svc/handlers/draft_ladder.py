"""Keep a new version of a ladder."""

from chassis.tx import Tx
from tier_svc.domain.draft import LadderWritten
from tier_svc.domain.reading import read_ladder
from tier_svc.store import ladders, publications


async def draft_ladder(tx: Tx, written: LadderWritten) -> tuple[ladders.LadderRow, bool]:
    """The version, and whether it is a new one: the same ladder again is the version that it is.

    Refusals: LadderInvalid.
    """
    read_ladder(written, version=0)
    await publications.begin_publication(tx)
    same = await ladders.find_same_ladder(tx, written)
    version = same or await ladders.add_ladder(tx, written)
    row = await ladders.find_ladder(tx, version)
    assert row is not None, "a version that was just kept is found"
    return row, same is None
