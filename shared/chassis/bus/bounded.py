"""Letting go of a client that may never answer."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def let_go(closing: Coroutine[Any, Any, object], within_s: float) -> None:
    """Wait for `closing` at most so long, then cancel it. Its failure is nobody's concern any
    more.
    """
    task = asyncio.ensure_future(closing)
    try:
        await asyncio.wait([task], timeout=within_s)
    finally:
        task.cancel()
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
