"""Hear of tier changes, and rate again what they touch."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from chassis.tx import Tx
from contracts.events.tiers import TierChanged
from points_svc.domain.moments import first_id
from points_svc.domain.rerating import is_rated_alike
from points_svc.domain.standings import Standing
from points_svc.domain.tiers import Timeline, hear_all
from points_svc.handlers.load_standings import load_standings
from points_svc.handlers.rerate_purchases import rerate_purchases
from points_svc.store import accounts, members, postings, programme

Key = tuple[str, str]


async def rerate_members(tx: Tx, heard: Sequence[TierChanged]) -> None:
    """Keep what was told of each instant by the highest sequence, and post the difference for
    exactly the accruals from the earliest instant on whose rate differs. A message that was heard
    before changes nothing.
    """
    by_ladder: defaultdict[Key, list[TierChanged]] = defaultdict(list)
    for message in heard:
        by_ladder[message.member_id, message.ladder].append(message)
    member_ids = sorted({message.member_id for message in heard})
    if not _changed(await members.timelines(tx, member_ids), by_ladder):
        return
    await programme.share_rules(tx)
    rules = await programme.rule_book(tx)
    locked = await accounts.touch_accounts(tx, member_ids, rules.point_types())
    before = await load_standings(tx, member_ids, rules.reads)
    told = {member_id: standing.ladders for member_id, standing in before.items()}
    changed = _changed(told, by_ladder)
    if not changed:
        return
    since = {key: min(message.from_at for message in by_ladder[key]) for key in changed}
    await _keep(tx, changed, since)
    after = _with(before, changed)
    accrued = await postings.accruals_since(tx, _first_ids(since), rules)
    touched = [
        one
        for one in accrued
        if not is_rated_alike(one, before[one.purchase.member_id], after[one.purchase.member_id])
    ]
    await rerate_purchases(tx, locked, touched, after)


def _first_ids(since: Mapping[Key, datetime]) -> list[Key]:
    """Each member with the first id that a fact of their earliest changed instant can have."""
    first: dict[str, datetime] = {}
    for (member_id, _), at in since.items():
        first[member_id] = min(at, first.get(member_id, at))
    return [(member_id, first_id(at)) for member_id, at in sorted(first.items())]


def _changed(
    before: Mapping[str, Mapping[str, Timeline]], by_ladder: Mapping[Key, Sequence[TierChanged]]
) -> dict[Key, Timeline]:
    """The timelines that read differently after these messages."""
    found: dict[Key, Timeline] = {}
    for (member_id, ladder), messages in by_ladder.items():
        was = before.get(member_id, {}).get(ladder, ())
        timeline = hear_all(was, messages)
        if timeline != was:
            found[member_id, ladder] = timeline
    return found


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


def _with(before: Mapping[str, Standing], changed: Mapping[Key, Timeline]) -> dict[str, Standing]:
    after = dict(before)
    for (member_id, ladder), timeline in changed.items():
        was = after[member_id]
        after[member_id] = was._replace(ladders={**was.ladders, ladder: timeline})
    return after
