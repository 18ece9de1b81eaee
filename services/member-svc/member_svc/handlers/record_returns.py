"""Take in returns of one source."""

from collections.abc import Sequence

from chassis.tx import Conflict, Tx
from contracts.refusal import Refusal
from member_svc.domain import returns, telling
from member_svc.domain.facts import Answer, in_future
from member_svc.domain.programme import Terms
from member_svc.domain.returns import Return
from member_svc.handlers.open_purchases import open_purchases
from member_svc.store import facts


async def record_returns(tx: Tx, terms: Terms, asked: Sequence[Return]) -> list[Answer | Refusal]:
    """Keep each return under its name, decide what it takes, tell those that count; answers in the
    order asked.

    Names are looked up again under the purchases' locks: who tells the same return meanwhile has
    taken its units by then. Refusals, as answers: OccurredInFuture, ReturnExceedsPurchase,
    TooManyReturns, FactConflict.
    """
    if not asked:
        return []
    known = await facts.known_names(
        tx, asked[0].source, "return", {one.source_ref for one in asked}
    )
    fresh = [
        one
        for one in asked
        if one.source_ref not in known and not in_future(one.occurred_at, tx.now)
    ]
    if not fresh:
        return returns.take_in_all(asked, known, {}, tx.now, terms)[0]
    bought = await open_purchases(tx, {one.purchase_name for one in fresh})
    known |= await facts.known_names(
        tx, asked[0].source, "return", {one.source_ref for one in fresh}
    )
    told = telling.keys(bought)
    answers, new = returns.take_in_all(asked, known, bought, tx.now, terms)
    if new and len(await facts.keep_new(tx, new)) != len(new):
        raise Conflict("another transaction told one of these returns first")
    tx.emit(*telling.told(new, told, {}, terms))
    return answers
