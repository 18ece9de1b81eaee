"""The bus's topics, made before anybody speaks; what is there already stays as it is."""

from __future__ import annotations

from chassis.bus.kafka_topics import Shape
from contracts.catalog import TOPICS
from deploy.kafka import create_topics

PARTITIONS = 12


async def ensure_topics(brokers: str) -> None:
    """Make every topic of the catalog."""
    shape = Shape(PARTITIONS)
    counts = dict.fromkeys(TOPICS, shape.partitions)
    await create_topics(brokers, counts, settings=shape.settings())
