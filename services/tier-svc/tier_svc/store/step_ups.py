"""Steps bought with points: the decision, what is left to do, the end."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from chassis import leases
from chassis.tx import Row, Tx
from contracts.ids import FactId, MemberId
from tier_svc.domain.instants import Span
from tier_svc.domain.step_ups import Asked, Price, StepUp, Why

BEGIN_STEP_UP = """
INSERT INTO step_up (member_id, step_id, ladder, tier, points, point_type, lasts_months, lasts_days,
    programme_version, source, key, actor, state, decided_at, next_attempt_at)
VALUES (:member, :step, :ladder, :tier, :points, :point_type, :months, :days, :version, :source,
    :key, :actor, 'decided', :now, clock_timestamp() + make_interval(secs => :lease_s))
"""

IS_PENDING = """
SELECT step_id FROM step_up WHERE member_id = :member AND ladder = :ladder
    AND state IN ('decided', 'refusing')
"""

STEPS_TAKEN = """
SELECT count(*) AS taken FROM step_up WHERE member_id = :member AND ladder = :ladder
    AND tier = :tier AND state <> 'refused' AND decided_at >= :from_at AND decided_at < :to_at
"""

FIND_STEP_UP = "SELECT * FROM step_up WHERE member_id = :member AND step_id = :step"

STEP_UPS_BEFORE = """
SELECT * FROM step_up WHERE member_id = :member AND (CAST(:at AS timestamptz) IS NULL
    OR (decided_at, step_id) < (CAST(:at AS timestamptz), :step))
ORDER BY decided_at DESC, step_id DESC LIMIT :limit
"""

TURN_BACK = """
UPDATE step_up SET state = 'refusing', why = CAST(:why AS jsonb)
WHERE member_id = :member AND step_id = :step AND state = 'decided' RETURNING *
"""

END_AS_GIVEN = """
UPDATE step_up SET state = 'given', ended_at = :now, next_attempt_at = NULL
WHERE member_id = :member AND step_id = :step AND state = 'decided' RETURNING *
"""

END_AS_REFUSED = """
UPDATE step_up SET state = 'refused', ended_at = :now, next_attempt_at = NULL
WHERE member_id = :member AND step_id = :step AND state = 'refusing' RETURNING *
"""

CLAIM_DUE = leases.taking("step_up", "member_id, step_id")


async def begin_step_up(tx: Tx, begun: StepUp) -> None:
    """Write the decision. Whoever decided has the lease to finish; then anyone may take it up."""
    await tx.execute(
        "begin_step_up",
        BEGIN_STEP_UP,
        member=begun.member_id,
        step=begun.step_id,
        ladder=begun.ladder,
        tier=begun.tier,
        points=begun.price.points,
        point_type=begun.price.point_type,
        months=begun.price.lasts.months,
        days=begun.price.lasts.days,
        version=begun.programme_version,
        source=begun.asked.source,
        key=begun.asked.key,
        actor=begun.asked.actor,
        now=begun.decided_at,
        lease_s=leases.LEASE_S,
    )


async def is_pending(tx: Tx, member_id: MemberId, ladder: str) -> bool:
    """Whether a step of the member on this ladder has not come to its end."""
    return bool(await tx.execute("is_pending", IS_PENDING, member=member_id, ladder=ladder))


async def steps_taken(
    tx: Tx, member_id: MemberId, ladder: str, tier: str, window: tuple[datetime, datetime]
) -> int:
    """Steps to a tier that a member bought or is buying in [from, to)."""
    (row,) = await tx.execute(
        "steps_taken",
        STEPS_TAKEN,
        member=member_id,
        ladder=ladder,
        tier=tier,
        from_at=window[0],
        to_at=window[1],
    )
    return int(row.taken)


async def find_step_up(tx: Tx, member_id: MemberId, step_id: FactId) -> StepUp | None:
    """A member's step by its id."""
    rows = await tx.execute("find_step_up", FIND_STEP_UP, member=member_id, step=step_id)
    return _step_up(rows[0]) if rows else None


async def step_ups_before(
    tx: Tx, member_id: MemberId, before: tuple[datetime, str] | None, limit: int
) -> list[StepUp]:
    """The member's steps, newest first, decided before an instant and id."""
    at, step = before or (None, "")
    rows = await tx.execute(
        "step_ups_before", STEP_UPS_BEFORE, member=member_id, at=at, step=step, limit=limit
    )
    return [_step_up(row) for row in rows]


async def turn_back(tx: Tx, one: StepUp, why: Why) -> StepUp | None:
    """Note that it goes back, and why; None where it is no longer going forward."""
    rows = await tx.execute(
        "turn_back_step_up",
        TURN_BACK,
        member=one.member_id,
        step=one.step_id,
        why=msgspec.json.encode(why).decode(),
    )
    return _step_up(rows[0]) if rows else None


async def end_as_given(tx: Tx, one: StepUp) -> StepUp | None:
    """End it with its way up; None where it no longer goes forward."""
    rows = await tx.execute(
        "end_as_given", END_AS_GIVEN, member=one.member_id, step=one.step_id, now=tx.now
    )
    return _step_up(rows[0]) if rows else None


async def end_as_refused(tx: Tx, one: StepUp) -> StepUp | None:
    """End it without; None where somebody ended it before."""
    rows = await tx.execute(
        "end_as_refused", END_AS_REFUSED, member=one.member_id, step=one.step_id, now=tx.now
    )
    return _step_up(rows[0]) if rows else None


async def claim_due(tx: Tx, limit: int) -> Sequence[StepUp]:
    """Take in hand those that nobody has."""
    rows = await leases.take(tx, "claim_step_ups", CLAIM_DUE, limit)
    return [_step_up(row) for row in rows]


def _step_up(row: Row) -> StepUp:
    return StepUp(
        step_id=row.step_id,
        member_id=row.member_id,
        ladder=row.ladder,
        tier=row.tier,
        price=Price(row.points, row.point_type, Span(row.lasts_months, row.lasts_days)),
        programme_version=row.programme_version,
        asked=Asked(row.source, row.key, row.actor),
        decided_at=row.decided_at,
        state=row.state,
        attempts=row.attempts,
        why=msgspec.convert(row.why, Why) if row.why else None,
        ended_at=row.ended_at,
    )
