"""What the clock starts to tell the engineer on call how campaigns stand."""

from chassis import metrics
from chassis.tx import Begin, Cause
from points_svc.handlers.show_budgets import show_budgets


async def tell_campaigns(begin: Begin, cause: Cause, limit: int) -> int:
    """Tell what is left of the budgets that gave something last, at most `limit` of them; changes
    nothing.
    """
    async with begin(cause) as tx:
        for purse, left in (await show_budgets(tx, limit)).items():
            labels = (begin.service, purse.campaign, purse.point_type)
            metrics.CAMPAIGN_LEFT.labels(*labels).set(left)
    return 0
