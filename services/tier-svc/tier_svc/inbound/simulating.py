"""What the clock starts for simulations."""

import asyncio

from chassis.tx import Begin, Cause
from tier_svc.handlers.look_at_crowd import Pace
from tier_svc.handlers.simulate_members import simulate_members


async def simulate(begin: Begin, cause: Cause, limit: int) -> int:
    """Take the oldest open simulation some members further."""
    return await simulate_members(begin, cause, limit, PACE)


async def _rest() -> None:
    """Everything else that is ready on this loop comes first."""
    await asyncio.sleep(0)


PACE = Pace(_rest, asyncio.to_thread)
"""A calculation for many members holds up nobody: it runs in a thread of its own."""
