"""Which life of each topic an author has been writing to, so that a topic that was lost is
noticed.
"""

from collections.abc import Mapping

from chassis.tx import Tx

KNOWN = """
SELECT topic, incarnation FROM bus_topic
"""

REMEMBER = """
INSERT INTO bus_topic (topic, incarnation, partitions, created_at)
SELECT topic, incarnation, :partitions, now()
FROM unnest(CAST(:topics AS text[]), CAST(:incarnations AS text[])) AS t(topic, incarnation)
ON CONFLICT (topic) DO UPDATE
SET incarnation = excluded.incarnation, created_at = excluded.created_at
"""


async def known(tx: Tx) -> dict[str, str]:
    """Topic → incarnation, as last remembered."""
    return {row.topic: row.incarnation for row in await tx.execute("known_lives", KNOWN)}


async def remember(tx: Tx, lives: Mapping[str, str], partitions: int = 1) -> None:
    """From now on these are the lives that the outbox has been sent to."""
    await tx.execute(
        "remember_lives",
        REMEMBER,
        topics=list(lives),
        incarnations=list(lives.values()),
        partitions=partitions,
    )
