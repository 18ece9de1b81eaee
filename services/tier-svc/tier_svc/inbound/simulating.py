"""What the clock starts for simulations."""

import asyncio

from uuid_utils import uuid7

from chassis.tx import Begin, Cause
from tier_svc.handlers.look_at_crowd import Pace
from tier_svc.handlers.simulate_members import simulate_members


async def simulate(begin: Begin, limit: int) -> int:
    """Take the oldest open simulation some members further."""
    cause = Cause(request_id=str(uuid7()), actor="job:simulate_members")
    return await simulate_members(begin, cause, limit, PACE)


async def _rest() -> None:
    """Everything else that is ready on this loop comes first."""
    await asyncio.sleep(0)


PACE = Pace(_rest, asyncio.to_thread)
"""A calculation for many members holds up nobody: it runs in a thread of its own."""
