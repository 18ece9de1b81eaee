"""Pools: who shares them, and what was ever said of that."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.pools import Pool, PoolChange, Sharer

ADD_POOL = """
INSERT INTO pool (pool_id, revision, created_at) VALUES (:pool_id, 0, :now)
ON CONFLICT (pool_id) DO NOTHING RETURNING pool_id
"""
FIND_POOL = "SELECT pool_id, revision, created_at FROM pool WHERE pool_id = :pool_id"
LOCK_POOLS = """
SELECT pool_id FROM pool WHERE pool_id = ANY(CAST(:pool_ids AS text[])) ORDER BY pool_id FOR UPDATE
"""
LOCK_SHARERS = """
SELECT pg_advisory_xact_lock(hashtext('pool_member'), place)
FROM (SELECT DISTINCT hashtext(member_id) AS place
    FROM unnest(CAST(:member_ids AS text[])) AS u (member_id) ORDER BY place) AS places
"""
SHARERS_OF = """
SELECT member_id, share, since FROM pool_member WHERE pool_id = :pool_id ORDER BY member_id
"""
POOLS_OF = """
SELECT member_id, pool_id FROM pool_member
WHERE member_id = ANY(CAST(:member_ids AS text[])) ORDER BY member_id
"""
KEEP_SHARER = """
INSERT INTO pool_member AS m (member_id, pool_id, share, since)
VALUES (:member_id, :pool_id, :share, :now)
ON CONFLICT (member_id) DO UPDATE SET share = excluded.share WHERE m.pool_id = excluded.pool_id
RETURNING member_id
"""
DROP_SHARER = """
DELETE FROM pool_member WHERE member_id = :member_id AND pool_id = :pool_id RETURNING member_id
"""
COUNT_CHANGE = """
UPDATE pool SET revision = revision + 1 WHERE pool_id = :pool_id RETURNING revision
"""
APPEND_CHANGE = """
INSERT INTO pool_change (member_id, pool_id, revision, share, changed_at, changed_by, source)
VALUES (:member_id, :pool_id, :revision, :share, :now, :actor, :source)
"""
CHANGES_OF = """
SELECT member_id, pool_id, revision, share, changed_at, changed_by FROM pool_change
WHERE pool_id = :pool_id AND revision < :below
  AND (CAST(:source AS text) IS NULL OR source = :source)
ORDER BY revision DESC LIMIT :limit
"""
KNOWN_TO = """
SELECT DISTINCT c.member_id FROM pool_change AS c
WHERE c.pool_id = :pool_id AND (c.source = :source OR EXISTS (
    SELECT FROM gathering AS g
    WHERE g.member_id = c.member_id AND g.pool_id = c.pool_id AND g.source = :source
))
"""


async def add_pool(tx: Tx, pool_id: str) -> bool:
    """Open an empty pool; False where there is one of that id."""
    return bool(await tx.execute("add_pool", ADD_POOL, pool_id=pool_id, now=tx.now))


async def find_pool(tx: Tx, pool_id: str) -> Pool | None:
    """One pool, with who shares it now."""
    rows = await tx.execute("find_pool", FIND_POOL, pool_id=pool_id)
    if not rows:
        return None
    sharers = await tx.execute("sharers_of", SHARERS_OF, pool_id=pool_id)
    (row,) = rows
    return Pool(row.pool_id, row.revision, row.created_at, [Sharer(*one) for one in sharers])


async def lock_pools(tx: Tx, pool_ids: Sequence[str]) -> None:
    """Whoever changes or gathers from a pool locks it first, before any account; several in the
    order of their ids.
    """
    await tx.execute("lock_pools", LOCK_POOLS, pool_ids=sorted(pool_ids))


async def lock_sharers(tx: Tx, member_ids: Sequence[str]) -> None:
    """Whoever lets members into pools locks them before the pools and before it reads whether they
    may be let in; so does whoever has heard that they have gone, before it reads what they share.
    """
    await tx.execute("lock_sharers", LOCK_SHARERS, member_ids=sorted(member_ids))


async def pools_of(tx: Tx, member_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Of these members those who share a pool, and which."""
    rows = await tx.execute("pools_of", POOLS_OF, member_ids=sorted(member_ids))
    return [(row.member_id, row.pool_id) for row in rows]


async def keep_sharer(tx: Tx, pool_id: str, member_id: str, share: int) -> bool:
    """Keep that a member shares a pool so; False where they share another."""
    rows = await tx.execute(
        "keep_sharer", KEEP_SHARER, member_id=member_id, pool_id=pool_id, share=share, now=tx.now
    )
    return bool(rows)


async def drop_sharer(tx: Tx, pool_id: str, member_id: str) -> bool:
    """The member no longer shares the pool; False where they did not."""
    rows = await tx.execute("drop_sharer", DROP_SHARER, member_id=member_id, pool_id=pool_id)
    return bool(rows)


async def count_change(tx: Tx, pool_id: str) -> int:
    """The number of the next thing that is said of a pool."""
    (row,) = await tx.execute("count_change", COUNT_CHANGE, pool_id=pool_id)
    return int(row.revision)


async def append_change(
    tx: Tx, pool_id: str, member_id: str, revision: int, share: int | None, source: str = ""
) -> None:
    """Keep what was said, for ever; by which channel, if one said it."""
    await tx.execute(
        "append_change",
        APPEND_CHANGE,
        member_id=member_id,
        pool_id=pool_id,
        revision=revision,
        share=share,
        now=tx.now,
        actor=tx.cause.actor,
        source=source,
    )


async def changes_of(
    tx: Tx, pool_id: str, below: int, limit: int, source: str | None = None
) -> list[PoolChange]:
    """What was said of a pool before a revision, newest first: by a channel, or (None) by all."""
    rows = await tx.execute(
        "changes_of", CHANGES_OF, pool_id=pool_id, below=below, limit=limit, source=source
    )
    return [PoolChange(*row) for row in rows]


async def known_to(tx: Tx, pool_id: str, source: str) -> frozenset[str]:
    """The members of whom a channel ever changed something in a pool, or for whom it gathered."""
    rows = await tx.execute("known_to", KNOWN_TO, pool_id=pool_id, source=source)
    return frozenset(row.member_id for row in rows)
