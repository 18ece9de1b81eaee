"""Take in activities, or feedback, of one source."""

from collections.abc import Sequence

from chassis.tx import Conflict, Tx
from contracts.refusal import Refusal
from member_svc.domain import activities, telling
from member_svc.domain.activities import Activity
from member_svc.domain.facts import Answer, in_future
from member_svc.domain.programme import Terms
from member_svc.handlers.find_owners import find_owners
from member_svc.handlers.open_purchases import open_purchases
from member_svc.store import facts, members
from member_svc.store.vault import Vault


async def record_activities(
    tx: Tx, vault: Vault, terms: Terms, asked: Sequence[Activity]
) -> list[Answer | Refusal]:
    """Keep each under its name and tell those that count; answers in the order asked. All are of
    one kind.

    Refusals, as answers: OccurredInFuture, MemberNotFound, FactConflict.
    """
    if not asked:
        return []
    refs = {one.source_ref for one in asked}
    names = await facts.known_names(tx, asked[0].source, asked[0].kind, refs)
    fresh = [
        one
        for one in asked
        if one.source_ref not in names and not in_future(one.occurred_at, tx.now)
    ]
    owners, known = await find_owners(tx, vault, [one for one in fresh if not one.purchase_name])
    about = {one.purchase_name for one in fresh if one.purchase_name}
    bought = await open_purchases(tx, about) if about else {}
    buyers = {one.member_id for one in bought.values() if one.member_id} - known.keys()
    known |= await members.members_of(tx, vault, buyers) if buyers else {}
    answers, new = activities.take_in_all(asked, names, owners, bought, tx.now, terms)
    if new and len(await facts.keep_new(tx, new)) != len(new):
        raise Conflict("another transaction told one of these first")
    tx.emit(*telling.told(new, telling.keys(bought), known, terms))
    return answers
