"""A hearer as a process of its own, slow enough to be frozen with records in its hands."""

import asyncio
import sys

from chassis.auth import Secrets
from chassis.bus.kafka import KafkaBus
from chassis.clock import system_clock
from chassis.consumer import Consumer, Limits, on
from chassis.database import Database
from chassis.testing.stage import SECRETS
from contracts.events.members import MemberEnrolled
from tests.bus.house import hear
from tests.bus.wires import HEARER

SLOWLY_S = 0.1


async def main(brokers: str, dsn: str) -> None:
    """Hear one record at a time until whoever started us lets go."""

    async def hear_slowly(tx, events) -> None:
        await asyncio.sleep(SLOWLY_S)
        await hear(tx, events)

    database = Database(dsn, system_clock, Secrets(SECRETS))
    slow = Limits(batch_first=1, batch_max=1)
    bus = KafkaBus(HEARER, brokers, 1)
    consumer = Consumer(HEARER, (on(MemberEnrolled, hear_slowly),), database, bus, slow)
    await consumer.start()
    await asyncio.to_thread(sys.stdin.read)
    await consumer.stop()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
