"""What the clock starts for simulations."""

import asyncio
from collections.abc import Awaitable, Callable

from chassis.tx import Begin, Cause
from tier_svc.domain.simulations import Round
from tier_svc.handlers.look_at_crowd import Pace
from tier_svc.handlers.simulate_members import simulate_members


async def simulate(begin: Begin, cause: Cause, limit: int) -> int:
    """Take the oldest open simulation some members further."""
    return await simulate_members(begin, cause, limit, PACE)


async def _rest() -> None:
    """Everything else that is ready on this loop comes first."""
    await asyncio.sleep(0)


def _aside(calculate: Callable[[], Round | None]) -> Awaitable[Round | None]:
    """In a thread of its own, at once: a calculation for many members holds up nobody."""
    return asyncio.get_running_loop().run_in_executor(None, calculate)


PACE = Pace(_rest, _aside)
