"""Give out whose points a simulation changes."""

from collections.abc import AsyncIterator, Sequence

from chassis.tx import Begin, Cause
from points_svc.domain.simulations import Move
from points_svc.store import simulations

PAGES_MAX = 20
ROUNDS_MAX = 10_000_000


async def export_moves(
    begin: Begin, cause: Cause, simulation_id: str
) -> AsyncIterator[Sequence[Move]]:
    """The members whose points change, by id, page by page, each in a short transaction. Of a
    simulation that is not done: those found so far.
    """
    after = 0
    for _ in range(ROUNDS_MAX):
        async with begin(cause) as tx:
            pages = await simulations.pages_after(tx, simulation_id, after, PAGES_MAX)
        for number, moves in pages:
            yield moves
            after = number
        if len(pages) < PAGES_MAX:
            return
