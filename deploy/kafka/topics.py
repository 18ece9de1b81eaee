"""Making topics. Partition counts are for ever: a topic that is there already is left as it is."""

import asyncio
from collections.abc import Mapping

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

ADMIN_MAX_S = 30


async def create_topics(
    brokers: str,
    partitions: Mapping[str, int],
    *,
    replication: int = 1,
    settings: Mapping[str, str] | None = None,
) -> None:
    """Creates each topic with its number of partitions and Kafka's `settings` of a topic. Raises
    KafkaError if the broker refuses one.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    async with asyncio.timeout(ADMIN_MAX_S):
        await admin.start()
        try:
            answer = await admin.create_topics(
                [
                    NewTopic(name, count, replication, topic_configs=dict(settings or {}))
                    for name, count in partitions.items()
                ]
            )
        finally:
            await admin.close()
    for name, code, *_ in answer.topic_errors:
        refused: type[KafkaError] = for_code(code)
        if code != 0 and refused is not TopicAlreadyExistsError:
            raise refused(name)
