"""Find a fact that somebody decides about."""

from chassis.tx import Tx
from member_svc.domain.facts import Fact, Status
from member_svc.domain.refusals import FactNotFound, NotInReview
from member_svc.store import facts
from member_svc.store.audit import last_act


async def find_review(tx: Tx, fact_id: str, act: str) -> Fact | Status:
    """The fact in review; or where it stands, if this very decision was taken before.

    Refusals: FactNotFound, NotInReview where it was decided otherwise or never waited for a
    decision.
    """
    found = await facts.find_open(tx, fact_id)
    if found is not None and found.status == "review":
        return found
    stands: Status = found.status if found is not None else "accepted"
    decided = await last_act(tx, fact_id)
    if found is None and decided is None:
        raise FactNotFound
    if decided != act:
        raise NotInReview(stands=stands)
    return stands
