"""Refuse a fact for good that somebody had to look at."""

from chassis.tx import Conflict, Tx
from member_svc.domain import claims
from member_svc.domain.facts import Fact, Status
from member_svc.handlers.find_review import find_review
from member_svc.store import facts
from member_svc.store.audit import audit

ACT = "fact.reject"


async def reject_fact(tx: Tx, fact_id: str, reason: str) -> Status:
    """Where the fact stands now: it never counts, and its name stays taken. Rejecting it again
    changes nothing.

    What waited for a rejected purchase goes to review. Refusals: FactNotFound, NotInReview.
    """
    found = await find_review(tx, fact_id, ACT)
    if not isinstance(found, Fact):
        return found
    changed = await (
        _reject_purchase(tx, found) if found.kind == "purchase" else _reject_other(tx, found)
    )
    await facts.change(tx, changed)
    await audit(tx, ACT, fact_id, reason)
    return changed[0].status


async def _reject_purchase(tx: Tx, found: Fact) -> list[Fact]:
    name = (found.source, found.source_ref)
    locked = (await facts.lock_purchases(tx, [name]))[name]
    if locked.status != found.status:
        raise Conflict("somebody else decided meanwhile")
    rejected = claims.reject(locked)
    back = [fact for fact in await facts.followers_of(tx, [name]) if fact.status == "waiting"]
    return [rejected, *claims.follow(rejected, back, tx.now)]


async def _reject_other(tx: Tx, found: Fact) -> list[Fact]:
    locked = await facts.lock_fact(tx, found)
    if locked.status != found.status:
        raise Conflict("somebody else decided meanwhile")
    return [claims.reject(locked)]
