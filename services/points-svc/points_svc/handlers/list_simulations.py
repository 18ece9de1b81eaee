"""The simulations of a version of the rules."""

from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.simulations import Simulation
from points_svc.store import simulations

LAST = "~"
"""Sorts after every id."""


async def list_simulations(
    tx: Tx, version: int, before: tuple[datetime, str] | None, limit: int
) -> list[Simulation]:
    """Those before one, newest first, without what they counted."""
    return await simulations.newest_simulations(tx, version, before or (tx.now, LAST), limit)
