"""Opens the transport that the settings name."""

from chassis.bus.kafka import KafkaBus
from chassis.bus.kafka_topics import DAY_S
from chassis.bus.local import LocalBus
from chassis.bus.port import Bus
from chassis.database import Database
from chassis.settings import Settings


async def open_bus(service: str, settings: Settings, database: Database) -> Bus:
    """The service's way to the bus. Nothing is connected yet; a bus that is down is waited for by
    those who use it.
    """
    if settings.bus == "kafka":
        kept_s = settings.republish_days * DAY_S
        return KafkaBus(service, settings.brokers, settings.partitions, kept_s)
    return LocalBus(service, {service: database.dsn} | settings.authors)
