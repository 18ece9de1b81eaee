"""Ask by which rules purchases are rated."""

from collections.abc import Sequence

from chassis.tx import Begin, Cause
from tier_svc.domain.accrual import RulesTold
from tier_svc.outbound.accrual_rules import call_accrual_rules

POINTS_SVC = "points-svc"
ANSWER_WITHIN_S = 2.0


async def ask_accrual_rules(begin: Begin, cause: Cause) -> Sequence[RulesTold] | None:
    """Every version that points-svc has published; nothing where it does not answer."""
    return await call_accrual_rules(begin.peer(POINTS_SVC), cause, ANSWER_WITHIN_S)
