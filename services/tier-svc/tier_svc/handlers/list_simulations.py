"""The simulations of a ladder."""

from datetime import datetime

from chassis.tx import Tx
from tier_svc.domain.simulations import Simulation
from tier_svc.store import simulations

LAST = "~"
"""Sorts after every id."""


async def list_simulations(
    tx: Tx, ladder: str, before: tuple[datetime, str] | None, limit: int
) -> list[Simulation]:
    """Those before one, newest first, without what they counted."""
    return await simulations.newest_simulations(tx, ladder, before or (tx.now, LAST), limit)
