"""Ask whether points of a type can be burned or adjusted now."""

from chassis.tx import Tx
from points_svc.domain.refusals import PointTypeNotBurnable
from points_svc.domain.rules import Rules
from points_svc.store import programme


async def demand_burnable(tx: Tx, point_type: str) -> Rules:
    """The version in force now, if it lets this point type be burned.

    Refusals: PointTypeNotBurnable.
    """
    rules = await programme.rules_now(tx)
    rule = rules.of(point_type) if rules else None
    if rules is None or rule is None or not rule.is_burnable:
        raise PointTypeNotBurnable
    return rules
