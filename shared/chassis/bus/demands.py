"""What is to be said again: demands that the relay works off, part by part, beside what is new.

A demand covers the rows of the outbox that were there when it was made, by id; a part of it marks
rows unsent and remembers how far it came, so that no row is looked at twice.
"""

from datetime import datetime

from chassis.tx import Row, Tx

DEMAND = """
INSERT INTO republish AS r (since, upto_id, demanded_at, demanded_by)
SELECT CAST(:since AS timestamptz), coalesce(max(id), 0), now(), :demanded_by FROM outbox
ON CONFLICT (since) WHERE done_at IS NULL DO UPDATE
SET after_id = CASE WHEN :anew THEN 0 ELSE r.after_id END,
    upto_id = CASE WHEN :anew THEN excluded.upto_id ELSE r.upto_id END
RETURNING id, since, again, demanded_at, done_at
"""

SHOW = """
SELECT id, since, again, demanded_at, done_at FROM republish WHERE id = :id
"""

WORK_OFF = """
WITH demand AS (
    SELECT id, since, after_id, upto_id FROM republish
    WHERE done_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE
), looked_at AS (
    SELECT o.id,
        o.sent_at IS NOT NULL AND o.created_at >= coalesce(d.since, '-infinity') AS is_meant
    FROM demand AS d CROSS JOIN LATERAL (
        SELECT id, created_at, sent_at FROM outbox
        WHERE id > d.after_id AND id <= d.upto_id ORDER BY id LIMIT :look_max
    ) AS o
), meant AS (
    SELECT id FROM looked_at WHERE is_meant ORDER BY id LIMIT :rows_max
), unmarked AS (
    UPDATE outbox SET sent_at = NULL WHERE id IN (SELECT id FROM meant) RETURNING id
), came AS (
    SELECT count(*) AS rows,
        CASE WHEN count(*) = :rows_max THEN max(id) ELSE (SELECT max(id) FROM looked_at) END AS upto
    FROM unmarked
)
UPDATE republish AS r SET
    after_id = coalesce(came.upto, r.upto_id),
    again = r.again + came.rows,
    done_at = CASE WHEN came.upto IS NULL THEN now() END
FROM demand, came WHERE r.id = demand.id
RETURNING r.id
"""


async def demand(tx: Tx, since: datetime | None, *, anew: bool = False) -> Row:
    """Have everything said again that was written since then (None: all that is kept).

    The same demand while it is under way is one demand; `anew` has it begin from the start again.
    """
    rows = await tx.execute(
        "demand_republish", DEMAND, since=since, demanded_by=tx.cause.actor, anew=anew
    )
    return rows[0]


async def find(tx: Tx, demand_id: int) -> Row | None:
    """The demand as it stands."""
    rows = await tx.execute("find_republish", SHOW, id=demand_id)
    return rows[0] if rows else None


async def work_off(tx: Tx, rows_max: int, look_max: int) -> bool:
    """A part of the oldest demand: at most so many rows of the outbox are to be sent again. False:
    there is no demand.
    """
    return bool(
        await tx.execute("work_off_republish", WORK_OFF, rows_max=rows_max, look_max=look_max)
    )
