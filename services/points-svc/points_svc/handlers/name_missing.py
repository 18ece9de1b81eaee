"""Name a posting that is not there any more."""

from chassis.tx import Tx
from points_svc.domain.books import Account
from points_svc.domain.postings import part_of, posting_id
from points_svc.domain.violations import MISSING, Violation
from points_svc.store import audit


async def name_missing(tx: Tx, account: Account, violation: Violation) -> Violation:
    """A missing posting's id, where something else still says it: what it drew, or the accrual of
    its purchase in another point type. Any other violation as it is.
    """
    if (violation.invariant, violation.what) != MISSING or violation.posting_id:
        return violation
    part = part_of(account.point_type, violation.seq)
    facts = await audit.drawn_by_missing(tx, account.member_id, part)
    if not facts:
        part = account.point_type
        facts = await audit.accrued_elsewhere(tx, account.member_id, part)
    if len(facts) != 1:
        return violation
    return violation._replace(posting_id=posting_id(facts[0], part))
