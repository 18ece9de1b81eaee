"""What the clock starts for simulations."""

import asyncio

from uuid_utils import uuid7

from chassis.tx import Begin, Cause
from points_svc.handlers.simulate_members import simulate_members


async def simulate(begin: Begin, limit: int) -> int:
    """Take the oldest open simulation some members further."""
    cause = Cause(request_id=str(uuid7()), actor="job:simulate_members")
    return await simulate_members(begin, cause, limit, _rest)


async def _rest() -> None:
    """Everything else that is ready on this loop comes first."""
    await asyncio.sleep(0)
