"""Read what budgets and caps leave for facts that are about to be recorded."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.allowances import Left, counters_of, purses_of
from points_svc.domain.facts import Purchased
from points_svc.store import campaigns, counters

PATIENT_RACES = 2


async def read_allowances(tx: Tx, purchases: Sequence[Purchased]) -> Left | None:
    """What is left for these facts; None, and nothing asked, where no campaign, no cap that spans
    purchases and no maximum balance is in force for them.

    The members' accounts have been read before: who writes them is alone with their counters.
    Budgets are read without locks, and taken from at the end if they still bear it; who lost two
    such races locks them here, after the accounts.
    """
    limited = [purchase for purchase in purchases if purchase.rules.is_limited]
    if not limited:
        return None
    purses, counted = purses_of(limited), counters_of(limited)
    if not purses and not counted:
        return Left() if any(one.rules.is_bounded for one in limited) else None
    is_losing = tx.cause.lost_races >= PATIENT_RACES
    read = campaigns.lock_spent_of if is_losing else campaigns.spent_of
    spent = await read(tx, purses) if purses else {}
    used = await counters.used_of(tx, counted) if counted else {}
    return Left({purse: one.points for purse, one in spent.items()}, used)
