"""Let a fact in that somebody had to look at."""

from collections.abc import Sequence

from chassis.tx import Conflict, Tx
from contracts.events.base import Event
from contracts.ids import MemberId
from member_svc.domain import claims, telling
from member_svc.domain.facts import Fact, Status
from member_svc.domain.members import Member
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

    Refusals: FactNotFound, NotInReview, PurchaseRejected, ReturnExceedsPurchase, TooManyReturns.
    """
    found = await find_review(tx, fact_id, ACT)
    if not isinstance(found, Fact):
        return found
    is_about = found.purchase_ref is not None
    changed, said = await (_accept_follower if is_about else _accept_own)(tx, vault, terms, found)
    await facts.change(tx, changed)
    await audit(tx, ACT, fact_id, reason)
    tx.emit(*said)
    return changed[0].status


async def _accept_own(
    tx: Tx, vault: Vault, terms: Terms, found: Fact
) -> tuple[Sequence[Fact], Sequence[Event]]:
    """A purchase with what waits for it, or an activity of its own."""
    owner = await _owner(tx, found)
    accepted = claims.accept_own(await _locked(tx, found), owner, tx.now)
    name = (found.source, found.source_ref)
    about = await facts.followers_of(tx, [name]) if found.kind == "purchase" else []
    waiting = [fact for fact in about if fact.status == "waiting"]
    counting = [accepted, *claims.follow(accepted, waiting, tx.now)]
    known = await _members(tx, vault, accepted.member_id)
    return counting, telling.told(counting, telling.keys({name: accepted}), known, terms)


async def _accept_follower(
    tx: Tx, vault: Vault, terms: Terms, found: Fact
) -> tuple[Sequence[Fact], Sequence[Event]]:
    """What is about a purchase."""
    name = claims.purchase_name(found)
    bought = await open_purchases(tx, [name])
    accepted = claims.accept_follower(await _locked(tx, found), bought.get(name), tx.now)
    known = await _members(tx, vault, accepted.member_id)
    return [accepted], telling.told([accepted], telling.keys(bought), known, terms)


async def _owner(tx: Tx, found: Fact) -> MemberId | None:
    if found.member_id is not None or found.blind_index is None:
        return found.member_id
    await identifiers.name_identifiers(tx, [found.blind_index])
    return (await identifiers.lock_shared(tx, [found.blind_index]))[found.blind_index]


async def _locked(tx: Tx, found: Fact) -> Fact:
    locked = await facts.lock_fact(tx, found)
    if locked.status != found.status:
        raise Conflict("somebody else decided meanwhile")
    return locked


async def _members(tx: Tx, vault: Vault, member_id: MemberId | None) -> dict[MemberId, Member]:
    return await members.members_of(tx, vault, [member_id]) if member_id else {}
