"""Decide the returns that came before their purchases."""

from collections.abc import Sequence

from chassis.tx import Tx
from member_svc.domain import claims, telling
from member_svc.domain.programme import Terms
from member_svc.domain.returns import PurchaseName
from member_svc.handlers.open_purchases import open_purchases
from member_svc.store import facts


async def settle_returns(tx: Tx, terms: Terms, awaited: Sequence[PurchaseName]) -> None:
    """Their units are decided now, in recorded order; what exceeds its purchase goes to review
    (P7).
    """
    if not awaited:
        return
    waiting = [fact for fact in await facts.returns_of(tx, awaited) if fact.status == "waiting"]
    bought = await open_purchases(tx, awaited)
    settled = claims.settle_waiting(waiting, bought, tx.now)
    await facts.change(tx, settled)
    told = {name: (one.fact_id, one.occurred_at) for name, one in bought.items()}
    tx.emit(*telling.returns_told(settled, told, terms))
