"""What counts of members, put together from what was heard."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.facts import History, history
from tier_svc.store import facts


async def histories_of_members(
    tx: Tx, members: Sequence[MemberId], point_types: frozenset[str]
) -> dict[MemberId, History]:
    """What counts of each member, where the ladder needs these point types."""
    points = await facts.points_of_members(tx, members, point_types)
    purchases = await facts.purchases_of_members(tx, members, points)
    returns = await facts.returns_of_members(tx, members, points)
    return {
        member: history(purchases.get(member, ()), returns.get(member, ()), point_types)
        for member in members
    }
