"""The ways up of one member, for those who ask."""

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.granting import Given
from tier_svc.store import ways


async def look_at_ways(tx: Tx, member_id: MemberId, ladder: str | None) -> list[Given]:
    """Every way up that a member was ever given, on one ladder or all, by the instant it began."""
    given = (await ways.ways_of_members(tx, [member_id])).get(member_id, [])
    return [one for one in given if ladder in {None, one.ladder}]
