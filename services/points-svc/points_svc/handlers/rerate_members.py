"""Hear of tier changes, and rate again what they touch."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from chassis.tx import Tx
from contracts.events.tiers import TierChanged
from points_svc.domain.accrual import is_rated_alike
from points_svc.domain.moments import first_id
from points_svc.domain.tiers import Timeline, hear_all
from points_svc.handlers.rerate_purchases import rerate_purchases
from points_svc.store import accounts, members, postings, programme

Key = tuple[str, str]


async def rerate_members(tx: Tx, heard: Sequence[TierChanged]) -> None:
    """Keep what was told of each instant by the highest sequence, and post the difference for
    exactly the accruals from the earliest instant on whose rate differs. A message that was heard
    before changes nothing.
    """
    rules = await programme.rule_book(tx)
    member_ids = sorted({message.member_id for message in heard})
    locked = await accounts.touch_accounts(tx, member_ids, rules.point_types())
    before = await members.timelines(tx, member_ids)
    by_ladder: defaultdict[Key, list[TierChanged]] = defaultdict(list)
    for message in heard:
        by_ladder[message.member_id, message.ladder].append(message)
    changed = {
        (member_id, ladder): timeline
        for (member_id, ladder), messages in by_ladder.items()
        if (timeline := hear_all(before.get(member_id, {}).get(ladder, ()), messages))
        != before.get(member_id, {}).get(ladder, ())
    }
    if not changed:
        return
    since = {key: min(message.from_at for message in by_ladder[key]) for key in changed}
    await _keep(tx, changed, since)
    after = _with(before, changed)
    first = {
        member_id: min(at for (other, _), at in since.items() if other == member_id)
        for member_id, _ in changed
    }
    accrued = await postings.accruals_since(
        tx, [(member_id, first_id(at)) for member_id, at in sorted(first.items())], rules
    )
    touched = [
        one
        for one in accrued
        if not is_rated_alike(
            one.purchase,
            one.point_type,
            before.get(one.purchase.member_id, {}),
            after[one.purchase.member_id],
        )
    ]
    await rerate_purchases(tx, locked, touched, after)


async def _keep(tx: Tx, changed: Mapping[Key, Timeline], since: Mapping[Key, datetime]) -> None:
    await members.forget_told(tx, [(*key, at) for key, at in since.items()])
    await members.keep_told(
        tx,
        [
            (*key, told.from_at, told.tier, told.seq)
            for key, timeline in changed.items()
            for told in timeline
            if told.from_at >= since[key]
        ],
    )


def _with(
    before: Mapping[str, Mapping[str, Timeline]], changed: Mapping[Key, Timeline]
) -> dict[str, dict[str, Timeline]]:
    after = {member_id: dict(ladders) for member_id, ladders in before.items()}
    for (member_id, ladder), timeline in changed.items():
        after.setdefault(member_id, {})[ladder] = timeline
    return after
