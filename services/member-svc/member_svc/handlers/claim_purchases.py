"""Let a member's newly linked identifiers bring what was bought with them before."""

from collections.abc import Collection

from chassis.tx import Tx
from member_svc.domain import claims, telling
from member_svc.domain.facts import Fact
from member_svc.domain.identifiers import BlindIndex
from member_svc.domain.members import Member
from member_svc.domain.programme import Terms
from member_svc.store import facts


async def claim_purchases(
    tx: Tx, terms: Terms, member: Member, indexes: Collection[BlindIndex]
) -> None:
    """Unclaimed purchases inside the claim window count from now on, and their returns with them
    (M5).

    The identifiers are locked by the caller, so no purchase of theirs is under way.
    """
    found = await facts.lock_unclaimed(tx, indexes, claims.earliest(tx.now, terms))
    if not found:
        return
    claimed = [claims.counted(fact, member.member_id, tx.now) for fact in found]
    purchases = {(fact.source, fact.source_ref): fact for fact in claimed}
    back = [
        fact for fact in await facts.returns_of(tx, list(purchases)) if fact.status == "unclaimed"
    ]
    following: list[Fact] = []
    for fact in back:
        following += claims.follow(purchases[claims.purchase_name(fact)], [fact], tx.now)
    await facts.change(tx, [*claimed, *following])
    told = {name: (fact.fact_id, fact.occurred_at) for name, fact in purchases.items()}
    tx.emit(*telling.purchases_told(claimed, {member.member_id: member}, terms))
    tx.emit(*telling.returns_told(following, told, terms))
