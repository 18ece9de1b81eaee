"""Keep the journal small enough to read a year at once."""

from chassis.tx import Tx
from points_svc.store import rolls

LEAST = 10_000


async def roll_journal(tx: Tx, limit: int, least: int = LEAST) -> int:
    """Roll up at most `limit` entries of the journal; answers how many. Begins once `least` have
    come since the last time, and waits for whoever was writing then. Entries are kept.
    """
    if not await rolls.lead_rolls(tx):
        return 0
    state = await rolls.roll_state(tx)
    if state.marked is None or state.is_foreign:
        if state.newest - state.rolled >= least:
            await rolls.mark_journal(tx, state)
        return 0
    if not state.is_settled:
        return 0
    last_id, entries = await rolls.roll_entries(tx, state, limit)
    if last_id >= state.marked:
        await rolls.unmark_journal(tx)
    return entries
