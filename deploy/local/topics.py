"""The bus's topics, made before anybody speaks; what is there already stays as it is."""

from __future__ import annotations

from contracts.catalog import TOPICS
from deploy.kafka import create_topics

PARTITIONS = 12


async def ensure_topics(brokers: str) -> None:
    """Make every topic of the catalog."""
    await create_topics(brokers, dict.fromkeys(TOPICS, PARTITIONS))
