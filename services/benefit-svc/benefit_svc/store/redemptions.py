"""Redemptions: the decision, the steps that are left, the end."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from benefit_svc.domain.redemptions import Asked, Redemption, Why
from benefit_svc.store.catalog import written
from chassis import leases
from chassis.tx import Row, Tx
from contracts.ids import MemberId, RedemptionId, RewardId

OPEN_REDEEMER = "INSERT INTO redeemer (member_id) VALUES (:member_id) ON CONFLICT DO NOTHING"

LOCK_REDEEMER = "SELECT member_id FROM redeemer WHERE member_id = :member_id FOR UPDATE"

UNITS_TAKEN = """
SELECT coalesce(sum(quantity), 0) AS taken FROM redemption
WHERE member_id = :member_id AND reward_id = :reward_id
  AND state NOT IN ('refused', 'cancelled')
  AND decided_at >= :from_at AND (CAST(:to_at AS timestamptz) IS NULL OR decided_at < :to_at)
"""

BEGIN_REDEMPTION = """
INSERT INTO redemption (member_id, redemption_id, reward_id, reward_version, quantity, points,
    source, key, state, decided_at, next_attempt_at)
VALUES (:member_id, :redemption_id, :reward_id, :reward_version, :quantity, :points,
    :source, :key, 'decided', :now, clock_timestamp() + make_interval(secs => :lease_s))
"""

FIND_REDEMPTION = "SELECT * FROM redemption WHERE redemption_id = :redemption_id"

LOCK_REDEMPTION = "SELECT * FROM redemption WHERE redemption_id = :redemption_id FOR UPDATE"

TURN_BACK = """
UPDATE redemption SET state = 'refusing', why = CAST(:why AS jsonb)
WHERE member_id = :member_id AND redemption_id = :redemption_id AND state = 'decided'
RETURNING *
"""

END_REDEMPTION = """
UPDATE redemption SET state = :state, why = CAST(:why AS jsonb), ended_at = :now,
    next_attempt_at = NULL
WHERE member_id = :member_id AND redemption_id = :redemption_id
  AND state IN ('decided', 'refusing')
RETURNING *
"""

BEGIN_CANCEL = """
UPDATE redemption SET state = 'cancelling', cancel_key = :key, cancelled_because = :reason,
    attempts = 0, next_attempt_at = clock_timestamp() + make_interval(secs => :lease_s)
WHERE member_id = :member_id AND redemption_id = :redemption_id AND state = 'fulfilled'
RETURNING *
"""

END_CANCEL = """
UPDATE redemption SET state = 'cancelled', next_attempt_at = NULL
WHERE member_id = :member_id AND redemption_id = :redemption_id AND state = 'cancelling'
RETURNING *
"""

CLAIM_DUE = leases.taking("redemption", "member_id, redemption_id")


async def lock_redeemer(tx: Tx, member_id: MemberId) -> None:
    """Let one redemption of a member be decided at a time, so that limits per member hold."""
    await tx.execute("open_redeemer", OPEN_REDEEMER, member_id=member_id)
    await tx.execute("lock_redeemer", LOCK_REDEEMER, member_id=member_id)


async def units_taken(
    tx: Tx, member_id: MemberId, reward_id: RewardId, from_at: datetime, to_at: datetime | None
) -> int:
    """Units of a reward that a member took or is taking in [from_at, to_at); refused and cancelled
    ones left out.
    """
    (row,) = await tx.execute(
        "units_taken",
        UNITS_TAKEN,
        member_id=member_id,
        reward_id=reward_id,
        from_at=from_at,
        to_at=to_at,
    )
    return int(row.taken)


async def begin_redemption(tx: Tx, begun: Redemption) -> None:
    """Write the decision. Whoever decided has the lease to finish; then anyone may take it up."""
    await tx.execute(
        "begin_redemption",
        BEGIN_REDEMPTION,
        member_id=begun.member_id,
        redemption_id=begun.redemption_id,
        reward_id=begun.reward_id,
        reward_version=begun.reward_version,
        quantity=begun.quantity,
        points=begun.points,
        source=begun.asked.source,
        key=begun.asked.key,
        now=begun.decided_at,
        lease_s=leases.LEASE_S,
    )


async def find_redemption(tx: Tx, redemption_id: RedemptionId) -> Redemption | None:
    """A redemption by its id alone."""
    rows = await tx.execute("find_redemption", FIND_REDEMPTION, redemption_id=redemption_id)
    return redemption(rows[0]) if rows else None


async def lock_redemption(tx: Tx, redemption_id: RedemptionId) -> Redemption | None:
    """A redemption by its id, locked."""
    rows = await tx.execute("lock_redemption", LOCK_REDEMPTION, redemption_id=redemption_id)
    return redemption(rows[0]) if rows else None


async def turn_back(tx: Tx, one: Redemption, why: Why) -> Redemption | None:
    """Note that it goes back, and why; None where it is no longer going forward."""
    rows = await tx.execute(
        "turn_back",
        TURN_BACK,
        member_id=one.member_id,
        redemption_id=one.redemption_id,
        why=written(why),
    )
    return redemption(rows[0]) if rows else None


async def end_redemption(tx: Tx, one: Redemption, why: Why | None) -> Redemption | None:
    """End it: refused with `why`, fulfilled without. None where somebody ended it before."""
    rows = await tx.execute(
        "end_redemption",
        END_REDEMPTION,
        member_id=one.member_id,
        redemption_id=one.redemption_id,
        state="refused" if why else "fulfilled",
        why=written(why) if why else None,
        now=tx.now,
    )
    return redemption(rows[0]) if rows else None


async def begin_cancel(tx: Tx, one: Redemption, key: str, reason: str) -> Redemption | None:
    """Note that it is being cancelled; None where it is not fulfilled."""
    rows = await tx.execute(
        "begin_cancel",
        BEGIN_CANCEL,
        member_id=one.member_id,
        redemption_id=one.redemption_id,
        key=key,
        reason=reason,
        lease_s=leases.LEASE_S,
    )
    return redemption(rows[0]) if rows else None


async def end_cancel(tx: Tx, one: Redemption) -> Redemption | None:
    """End a cancellation; None where somebody ended it before."""
    rows = await tx.execute(
        "end_cancel", END_CANCEL, member_id=one.member_id, redemption_id=one.redemption_id
    )
    return redemption(rows[0]) if rows else None


async def claim_due(tx: Tx, limit: int) -> Sequence[Redemption]:
    """Take in hand those that nobody has."""
    rows = await leases.take(tx, "claim_due", CLAIM_DUE, limit)
    return [redemption(row) for row in rows]


def redemption(row: Row) -> Redemption:
    """A row as the domain knows it."""
    return Redemption(
        redemption_id=row.redemption_id,
        member_id=row.member_id,
        reward_id=row.reward_id,
        reward_version=row.reward_version,
        quantity=row.quantity,
        points=row.points,
        asked=Asked(row.source, row.key),
        decided_at=row.decided_at,
        state=row.state,
        attempts=row.attempts,
        why=msgspec.convert(row.why, Why) if row.why else None,
        cancelled_because=row.cancelled_because,
        cancel_key=row.cancel_key,
    )
