"""Take in purchases of one source."""

from collections.abc import Sequence

from chassis.tx import Conflict, Tx
from contracts.refusal import Refusal
from member_svc.domain import purchases, telling
from member_svc.domain.facts import Answer
from member_svc.domain.programme import Terms
from member_svc.domain.purchases import Purchase
from member_svc.handlers.find_owners import find_owners
from member_svc.handlers.settle_followers import settle_followers
from member_svc.store import facts
from member_svc.store.vault import Vault


async def record_purchases(
    tx: Tx, vault: Vault, terms: Terms, asked: Sequence[Purchase]
) -> list[Answer | Refusal]:
    """Keep each purchase under its name and tell those that count; answers in the order asked.

    Refusals, as answers: OccurredInFuture, Unfit, MemberNotFound, FactConflict.
    """
    if not asked:
        return []
    known = await facts.known_names(
        tx, asked[0].source, "purchase", {one.source_ref for one in asked}
    )
    fresh = [
        one
        for one in asked
        if one.source_ref not in known and not purchases.unfit(one, tx.now, terms)
    ]
    owners, members = await find_owners(tx, vault, fresh)
    answers, new = purchases.take_in_all(asked, known, owners, tx.now, terms)
    if not new:
        return answers
    kept = await facts.keep_new(tx, new)
    if len(kept) != len(new):
        raise Conflict("another transaction told one of these purchases first")
    tx.emit(*telling.told(new, {}, members, terms))
    awaited = [name for name, was_awaited in kept.items() if was_awaited]
    await settle_followers(tx, terms, awaited, members)
    return answers
