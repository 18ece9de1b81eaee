"""Let a member's newly linked identifiers bring what was done with them before."""

from collections.abc import Collection

from chassis.tx import Tx
from member_svc.domain import claims, telling
from member_svc.domain.facts import Fact
from member_svc.domain.identifiers import BlindIndex
from member_svc.domain.members import Member
from member_svc.domain.programme import Terms
from member_svc.store import facts


async def claim_facts(
    tx: Tx, terms: Terms, member: Member, indexes: Collection[BlindIndex]
) -> None:
    """Unclaimed purchases and activities inside the claim window count from now on, and what is
    about the purchases with them (M5).

    The identifiers are locked by the caller, so no fact of theirs is under way.
    """
    found = await facts.lock_unclaimed(tx, indexes, claims.earliest(tx.now, terms))
    if not found:
        return
    claimed = [claims.claimed(fact, member, tx.now) for fact in found]
    purchases = {(one.source, one.source_ref): one for one in claimed if one.kind == "purchase"}
    about = await facts.followers_of(tx, list(purchases)) if purchases else []
    following: list[Fact] = []
    for fact in about:
        if fact.status == "unclaimed":
            following += claims.follow(purchases[claims.purchase_name(fact)], [fact], tx.now)
    counting = [*claimed, *following]
    await facts.change(tx, counting)
    tx.emit(*telling.told(counting, telling.keys(purchases), {member.member_id: member}, terms))
