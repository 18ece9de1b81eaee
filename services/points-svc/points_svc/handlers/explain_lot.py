"""Why something changed about a lot's time."""

from chassis.tx import Tx
from points_svc.domain.basis import LotBasis, unpacked
from points_svc.domain.explain import Explanation, FactNamed
from points_svc.domain.postings import Posting
from points_svc.store import activities, views

OF_LOTS = frozenset({"activation", "reinstatement", "extension", "courtesy", "inactivity"})


async def explain_lot(tx: Tx, posting: Posting) -> Explanation:
    """The lot, and the activity or the person that brought it about; neither where it was time."""
    assert posting.basis is not None, "what is about a lot names it"
    basis = unpacked(posting.basis, LotBasis)
    lot = await views.find_posting(tx, posting.member_id, basis.lot_id, posting.point_type)
    assert lot is not None, "a lot is never removed"
    facts = [FactNamed(lot.fact_id, "lot", lot.occurred_at)]
    if basis.activity_fact_id:
        at = await activities.occurred_at(tx, posting.member_id, basis.activity_fact_id)
        facts.append(FactNamed(basis.activity_fact_id, "activity", at))
    return Explanation(facts=facts, decision=basis.by)
