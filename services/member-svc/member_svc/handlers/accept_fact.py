"""Let a fact in that somebody had to look at."""

from collections.abc import Sequence

from chassis.tx import Conflict, Tx
from contracts.events.base import Event
from contracts.ids import MemberId
from member_svc.domain import claims, telling
from member_svc.domain.facts import Fact, Status
from member_svc.domain.programme import Terms
from member_svc.handlers.find_review import find_review
from member_svc.handlers.open_purchases import open_purchases
from member_svc.store import facts, identifiers, members
from member_svc.store.audit import audit
from member_svc.store.vault import Vault

ACT = "fact.accept"


async def accept_fact(tx: Tx, vault: Vault, terms: Terms, fact_id: str, reason: str) -> Status:
    """Where the fact stands now: as if it had been told in time. Accepting it again changes
    nothing.

    Refusals: FactNotFound, NotInReview, PurchaseRejected, ReturnExceedsPurchase.
    """
    found = await find_review(tx, fact_id, ACT)
    if not isinstance(found, Fact):
        return found
    accept = _accept_purchase if found.kind == "purchase" else _accept_return
    changed, said = await accept(tx, vault, terms, found)
    await facts.change(tx, changed)
    await audit(tx, ACT, fact_id, reason)
    tx.emit(*said)
    return changed[0].status


async def _accept_purchase(
    tx: Tx, vault: Vault, terms: Terms, found: Fact
) -> tuple[Sequence[Fact], Sequence[Event]]:
    name = (found.source, found.source_ref)
    owner = await _owner(tx, found)
    locked = (await facts.lock_purchases(tx, [name]))[name]
    if locked.status != found.status:
        raise Conflict("somebody else decided meanwhile")
    accepted = claims.accept_purchase(locked, owner, tx.now)
    back = [fact for fact in await facts.returns_of(tx, [name]) if fact.status == "waiting"]
    following = claims.follow(accepted, back, tx.now)
    known = await members.members_of(tx, vault, [accepted.member_id] if accepted.member_id else [])
    told = {name: (accepted.fact_id, accepted.occurred_at)}
    said = [
        *telling.purchases_told([accepted], known, terms),
        *telling.returns_told(following, told, terms),
    ]
    return [accepted, *following], said


async def _owner(tx: Tx, found: Fact) -> MemberId | None:
    if found.member_id is not None or found.blind_index is None:
        return found.member_id
    await identifiers.name_identifiers(tx, [found.blind_index])
    return (await identifiers.lock_shared(tx, [found.blind_index]))[found.blind_index]


async def _accept_return(
    tx: Tx, vault: Vault, terms: Terms, found: Fact
) -> tuple[Sequence[Fact], Sequence[Event]]:
    name = claims.purchase_name(found)
    bought = (await open_purchases(tx, [name])).get(name)
    locked = await facts.lock_return(tx, found.source, found.source_ref)
    if locked.status != found.status:
        raise Conflict("somebody else decided meanwhile")
    accepted = claims.accept_return(locked, bought, tx.now)
    told = {name: (bought.fact_id, bought.occurred_at)} if bought else {}
    return [accepted], telling.returns_told([accepted], told, terms)
