"""Undo a purchase that was a mistake at the till."""

from chassis.tx import Conflict, Tx
from contracts.refusal import Refusal
from member_svc.domain import returns, telling
from member_svc.domain.facts import Answer
from member_svc.domain.programme import Terms
from member_svc.domain.refusals import FactNotFound
from member_svc.domain.returns import PurchaseName
from member_svc.handlers.open_purchases import open_purchases
from member_svc.store import facts


async def void_purchase(tx: Tx, terms: Terms, name: PurchaseName) -> Answer:
    """All that is left of a purchase comes back, at the purchase's own instant: it lifts no tier.

    A purchase is voided once; again, the first answer. Refusals: FactNotFound,
    ReturnExceedsPurchase where nothing is left.
    """
    source, source_ref = name
    bought = await open_purchases(tx, [name])
    if name not in bought:
        raise FactNotFound
    known = await facts.known_names(tx, source, "void", {source_ref})
    told = telling.keys(bought)
    asked = returns.void(name, bought[name].occurred_at)
    (answered,), new = returns.take_in_all([asked], known, bought, tx.now, terms)
    if isinstance(answered, Refusal):
        raise answered
    if new and not await facts.keep_new(tx, new):
        raise Conflict("another transaction voided this purchase first")
    tx.emit(*telling.told(new, told, {}, terms))
    return answered
