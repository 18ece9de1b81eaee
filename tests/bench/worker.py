"""One process of the crew: `python -m tests.bench.worker SPEC`. Orders come on stdin, answers go to
stdout.
"""

import asyncio
import logging
import sys
import threading

import msgspec
import structlog

from chassis import garbage
from tests.bench.contender import Contender
from tests.bench.crew import Done, Order, Spec
from tests.bench.floor import Cheapest, Floor
from tests.bench.per_call import PerCall
from tests.bench.per_session import PerSession
from tests.bench.relaying import Relayed
from tests.bench.served import Served

CONTENDERS: dict[str, type[Contender]] = {
    "served": Served,
    "relayed": Relayed,
    "floor": Floor,
    "cheapest": Cheapest,
    "per_call": PerCall,
    "per_session": PerSession,
}


async def obey(spec: Spec) -> None:
    """Until stdin ends."""
    garbage.settle()
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    threading.Thread(target=_listen, args=(loop, lines), daemon=True).start()
    ready: dict[str, Contender] = {}
    while line := await lines.get():
        order = msgspec.json.decode(line, type=Order)
        contender = ready.get(order.contender)
        if contender is None:
            contender = ready[order.contender] = CONTENDERS[order.contender](spec)
        done = await contender.obey(order)
        sys.stdout.buffer.write(msgspec.json.encode(done or Done()) + b"\n")
        sys.stdout.buffer.flush()
    for contender in ready.values():
        await contender.close()


def _listen(loop: asyncio.AbstractEventLoop, lines: "asyncio.Queue[bytes]") -> None:
    for line in sys.stdin.buffer:
        loop.call_soon_threadsafe(lines.put_nowait, line)
    loop.call_soon_threadsafe(lines.put_nowait, b"")


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(obey(msgspec.json.decode(sys.argv[1], type=Spec)))
