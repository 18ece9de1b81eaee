"""Re-evaluate members, and tell what reads differently."""

from collections.abc import Collection, Mapping

from chassis.tx import Tx
from contracts.events.tiers import TierChanged, TierInterval
from contracts.ids import EventId, FactId, MemberId
from tier_svc.domain.evaluation import Evaluation, evaluate, moment
from tier_svc.domain.ladder import Ladder
from tier_svc.store import standings
from tier_svc.store.histories import histories_of_members
from tier_svc.store.ladders import InForce


async def evaluate_members(
    tx: Tx, current: InForce | None, touched: Mapping[MemberId, Collection[FactId]]
) -> None:
    """Bring the told timelines up to what is known, one TierChanged per member at most.

    The caller has asked for the ladder in force, then locked the members' standings, then stored
    what is new of them, the `touched` facts. With no ladder in force nothing is told.
    """
    if current is None or not touched:
        return
    ladder = current.ladder
    members = sorted(touched)
    histories = await histories_of_members(tx, members, ladder.point_types)
    evaluated = [
        found
        for standing in await standings.read_standings(tx, members)
        if (
            found := evaluate(
                ladder,
                standing,
                histories[standing.member_id],
                touched[standing.member_id],
                current.zone,
            )
        )
    ]
    if evaluated:
        at_now = [(one, moment(one.told, tx.now)) for one in evaluated]
        await standings.write_standings(tx, at_now)
        tx.emit(*(_told(tx, ladder, one) for one in evaluated if one.says))


def _told(tx: Tx, ladder: Ladder, told: Evaluation) -> TierChanged:
    from_at = told.says[0].from_at
    return TierChanged(
        event_id=EventId(f"tier:{ladder.name}:{told.member_id}:{told.seq}"),
        member_id=told.member_id,
        occurred_at=from_at,
        recorded_at=tx.now,
        version=str(ladder.version),
        ladder=ladder.name,
        seq=told.seq,
        from_at=from_at,
        intervals=tuple(
            TierInterval(
                tier=interval.tier,
                rank=interval.rank,
                ordinal=interval.ordinal,
                from_at=interval.from_at,
                to_at=interval.to_at,
                reason=interval.reason,
                fact_id=interval.fact_id,
            )
            for interval in told.says
        ),
    )
