"""Hear where members stand, and grant what that gives them a right to."""

from collections import defaultdict
from collections.abc import Sequence

from benefit_svc.domain.timeline import hear_ladders
from benefit_svc.handlers.settle_members import settle_members
from benefit_svc.store import programme, standings
from chassis.tx import Tx
from contracts.events.tiers import TierChanged
from contracts.ids import MemberId


async def grant_benefits(tx: Tx, changes: Sequence[TierChanged]) -> None:
    """Put what was told into each member's timelines, and settle those of whom any reads
    differently.

    The same message twice, or one that later messages cover wholly, changes nothing. What is told
    before the first settings are published is kept, and settled by the job once they are.
    """
    by_member: dict[MemberId, list[TierChanged]] = defaultdict(list)
    for change in changes:
        by_member[change.member_id].append(change)
    members = sorted(by_member)
    await standings.open_standings(tx, members)
    await standings.lock_standings(tx, members)
    told = await standings.told_tiers(tx, members)
    heard = {member: hear_ladders(told[member], by_member[member]) for member in members}
    moved = {member: heard[member] for member in members if heard[member] != told[member]}
    if moved:
        await standings.forget_told(tx, list(moved))
        await standings.keep_told(tx, moved)
        rules = await programme.find_rules(tx)
        if rules is not None:
            await settle_members(tx, moved, rules)
