"""Ask whether points of a type can be burned or adjusted now."""

from chassis.tx import Tx
from points_svc.domain.rules import Rules, burnable
from points_svc.store import programme


async def demand_burnable(tx: Tx, point_type: str) -> Rules:
    """The version in force now, if it lets this point type be burned.

    Refusals: PointTypeNotBurnable.
    """
    return burnable(await programme.rules_now(tx), point_type)
