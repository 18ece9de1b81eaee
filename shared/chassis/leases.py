"""Rows that somebody has in hand for a while. Whoever wrote one down has a lease to finish it; then
any process takes it, each time for longer.

Such a table has `attempts`, and `next_attempt_at`, which is empty where nothing is left to do.
Leases run on the database's clock: they are no business time, and no test clock stands still for
them.
"""

from chassis.tx import Row, Tx

LEASE_S = 5.0
WAIT_MAX_S = 10.0


TAKE = """
UPDATE {table} SET attempts = attempts + 1, next_attempt_at = clock_timestamp()
    + make_interval(secs => least(:wait_max_s, power(2, least(attempts, 10))) + :lease_s)
WHERE ({key}) IN (
    SELECT {key} FROM {table} WHERE next_attempt_at <= clock_timestamp()
    ORDER BY next_attempt_at LIMIT :limit FOR UPDATE SKIP LOCKED)
RETURNING *
"""


def taking(table: str, key: str) -> str:
    """The statement by which `take` takes rows of a table, by the columns of its key."""
    return TAKE.format(table=table, key=key)


async def take(tx: Tx, name: str, statement: str, limit: int) -> list[Row]:
    """Take rows in hand that nobody has, longest waiting first; another process takes others."""
    return await tx.execute(name, statement, limit=limit, lease_s=LEASE_S, wait_max_s=WAIT_MAX_S)
