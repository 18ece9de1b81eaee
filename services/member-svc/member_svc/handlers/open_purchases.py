"""Lock purchases to see what of them is left."""

from collections import defaultdict
from collections.abc import Collection

from chassis.tx import Tx
from member_svc.domain import returns
from member_svc.domain.claims import purchase_name
from member_svc.domain.facts import Fact
from member_svc.domain.left import Bought, Decided, left_of
from member_svc.domain.returns import PurchaseName
from member_svc.domain.telling import read_content
from member_svc.store import facts


async def open_purchases(tx: Tx, names: Collection[PurchaseName]) -> dict[PurchaseName, Bought]:
    """The purchases that have come, under their locks. The names of the others are announced and
    locked too.

    So a return and its purchase never miss each other: whoever is second waits, and sees the first.
    """
    ordered = sorted(set(names))
    await facts.name_awaited(tx, ordered)
    locked = await facts.lock_purchases(tx, ordered)
    taken: defaultdict[PurchaseName, list[Decided]] = defaultdict(list)
    for back in await facts.followers_of(tx, list(locked)):
        if back.taken is not None:
            lines = returns.read_units(back.taken)
            taken[purchase_name(back)].append(Decided(back.occurred_at, back.fact_id, lines))
    return {name: _bought(fact, taken[name]) for name, fact in locked.items()}


def _bought(fact: Fact, taken: list[Decided]) -> Bought:
    left = left_of(read_content(fact.content).lines, taken)
    return Bought(fact.fact_id, fact.member_id, fact.status, fact.occurred_at, left, len(taken))
