"""Re-evaluate members, and tell what reads differently."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from chassis.tx import Tx
from contracts.events.tiers import TierChanged, TierInterval
from contracts.ids import EventId, FactId, MemberId
from tier_svc.domain.evaluation import Evaluation, Standing, evaluate, moment
from tier_svc.domain.publications import Known, grounds_of
from tier_svc.store import standings, told_log
from tier_svc.store.histories import known_members
from tier_svc.store.publications import InForce

Touched = Mapping[MemberId, Collection[FactId] | None]


async def evaluate_members(tx: Tx, current: InForce, touched: Touched) -> None:
    """Bring the told timelines up to what is known, one TierChanged per member and ladder at most.

    The caller has asked for the ladders in force, then locked the members, then stored what is new
    of them, the `touched` facts (None: anything may have changed). With no ladder in force nothing
    is told.
    """
    if not touched or not current.by_ladder:
        return
    members = sorted(touched)
    known = await known_members(tx, members, current.ladders)
    told = await standings.read_standings(tx, members)
    found = [(one, moment(one.told, tx.now)) for one in _evaluated(current, known, told, touched)]
    await standings.begin_standings(tx, [one for one in found if not one[0].seq_before])
    await standings.write_standings(tx, [one for one in found if one[0].seq_before])
    said = [one for one, _ in found if one.says]
    await told_log.log_tellings(tx, said)
    tx.emit(*(_told(tx, one) for one in said))


def _evaluated(
    current: InForce,
    known: Iterable[Known],
    told: Mapping[standings.Key, Standing],
    touched: Touched,
) -> Iterator[Evaluation]:
    for member in known:
        for ladder, publications in current.by_ladder.items():
            key = (member.member_id, ladder)
            standing = told.get(key) or Standing(*key, 0, ())
            grounds = grounds_of(publications, member)
            found = evaluate(grounds, standing, touched[member.member_id])
            if found:
                yield found


def _told(tx: Tx, told: Evaluation) -> TierChanged:
    first = told.says[0]
    return TierChanged(
        event_id=EventId(f"tier:{told.ladder}:{told.member_id}:{told.seq}"),
        member_id=told.member_id,
        occurred_at=first.from_at,
        recorded_at=tx.now,
        version=str(first.version),
        ladder=told.ladder,
        seq=told.seq,
        from_at=first.from_at,
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
