"""Rewards in their versions, and their stock: issued + remaining = loaded."""

import msgspec

from benefit_svc.domain.rewards import Price, Reward
from benefit_svc.store.catalog import written
from chassis.tx import Row, Tx
from contracts.ids import RewardId

LOCK_REWARD = "SELECT pg_advisory_xact_lock(hashtext('reward'), hashtext(:reward_id))"

VERSIONS_OF_REWARD = """
SELECT reward_id, version, effective_from, price
FROM reward_version WHERE reward_id = :reward_id ORDER BY version
"""

REWARD_IN_FORCE = """
SELECT reward_id, version, effective_from, price
FROM reward_version WHERE reward_id = :reward_id AND effective_from <= :at
ORDER BY version DESC LIMIT 1
"""

ADD_VERSION = """
INSERT INTO reward_version (reward_id, version, effective_from, price, published_at, published_by)
VALUES (:reward_id, :version, :effective_from, CAST(:price AS jsonb), :now, :actor)
"""

OPEN_STOCK = """
INSERT INTO reward_stock (reward_id, loaded, remaining) VALUES (:reward_id, :quantity, :quantity)
"""

LOAD_STOCK = """
UPDATE reward_stock SET loaded = loaded + :quantity, remaining = remaining + :quantity
WHERE reward_id = :reward_id RETURNING loaded, remaining
"""

TAKE_STOCK = """
UPDATE reward_stock SET remaining = remaining - :quantity
WHERE reward_id = :reward_id AND remaining >= :quantity RETURNING remaining
"""

GIVE_BACK_STOCK = """
UPDATE reward_stock SET remaining = remaining + :quantity WHERE reward_id = :reward_id
"""


async def lock_reward(tx: Tx, reward_id: RewardId) -> None:
    """Wait for whoever publishes a version of this reward."""
    await tx.execute("lock_reward", LOCK_REWARD, reward_id=reward_id)


async def versions_of_reward(tx: Tx, reward_id: RewardId) -> list[Reward]:
    """A reward's versions, first to last."""
    rows = await tx.execute("versions_of_reward", VERSIONS_OF_REWARD, reward_id=reward_id)
    return [reward(row) for row in rows]


async def reward_in_force(tx: Tx, reward_id: RewardId) -> Reward | None:
    """The version in force now."""
    rows = await tx.execute("reward_in_force", REWARD_IN_FORCE, reward_id=reward_id, at=tx.now)
    return reward(rows[0]) if rows else None


async def add_version(tx: Tx, added: Reward) -> None:
    """Append a version; none is ever edited."""
    await tx.execute(
        "add_reward_version",
        ADD_VERSION,
        reward_id=added.reward_id,
        version=added.version,
        effective_from=added.effective_from,
        price=written(added.price),
        now=tx.now,
        actor=tx.cause.actor,
    )


async def open_stock(tx: Tx, reward_id: RewardId, quantity: int) -> None:
    """Load a new reward's first stock."""
    await tx.execute("open_stock", OPEN_STOCK, reward_id=reward_id, quantity=quantity)


async def load_stock(tx: Tx, reward_id: RewardId, quantity: int) -> tuple[int, int] | None:
    """Load more; answers loaded and remaining, or None where the reward has no stock."""
    rows = await tx.execute("load_stock", LOAD_STOCK, reward_id=reward_id, quantity=quantity)
    return (rows[0].loaded, rows[0].remaining) if rows else None


async def take_stock(tx: Tx, reward_id: RewardId, quantity: int) -> bool:
    """Take units if that many remain: one conditional update, so that nobody takes what another
    took.

    Where too few remain no row is touched, so those who come too late do not queue for the lock.
    """
    return bool(await tx.execute("take_stock", TAKE_STOCK, reward_id=reward_id, quantity=quantity))


async def give_back_stock(tx: Tx, reward_id: RewardId, quantity: int) -> None:
    """Give units back, in the transaction that ends what had taken them. None is given where none
    is counted.
    """
    await tx.execute("give_back_stock", GIVE_BACK_STOCK, reward_id=reward_id, quantity=quantity)


def reward(row: Row) -> Reward:
    """A row as the domain knows it."""
    price = msgspec.convert(row.price, Price)
    return Reward(row.reward_id, row.version, row.effective_from, price)
