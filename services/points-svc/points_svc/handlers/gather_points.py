"""Gather points of a pool for one of its members."""

from collections.abc import Mapping, Sequence

import msgspec

from chassis.tx import Conflict, Tx
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.books import Books
from points_svc.domain.burns import BurnAsk, burn_now
from points_svc.domain.member_status import ACTIVE
from points_svc.domain.pool_refusals import NotInPool
from points_svc.domain.pools import (
    Gathering,
    GatheringAsk,
    PartGathered,
    Pool,
    apportion,
    pool_code,
    same_or_refuse,
)
from points_svc.domain.programme import PoolTerms
from points_svc.domain.refusals import NameReused
from points_svc.domain.rules import Rules
from points_svc.domain.transfers import TransferAsk, demand_allowed, transfer
from points_svc.domain.wall_time import day_begins
from points_svc.handlers.demand_active import demand_active
from points_svc.handlers.demand_burnable import demand_burnable
from points_svc.handlers.demand_pools import demand_pools
from points_svc.handlers.find_pool import find_pool
from points_svc.handlers.open_books import open_books
from points_svc.handlers.post_books import post_books
from points_svc.store import accounts, gatherings, holds, pools, statuses


async def gather_points(tx: Tx, ask: GatheringAsk) -> tuple[Gathering, bool]:
    """Bring points of a pool to one of its members, and burn them at once where a purpose is named;
    answers the gathering, and whether this request had made it before. The pool is locked first,
    then the accounts of all who share it, in the order of their ids.

    Refusals: PoolNotFound, NotInPool, PoolsNotOffered, MemberSuspended, MemberBanned, MemberClosed,
    PointTypeNotBurnable, PointsInsufficient, TransferLimitReached, StepUpRequired, BalanceTooLarge,
    NameReused.
    """
    pool = await find_pool(tx, ask.pool_id, is_locked=True)
    made = await gatherings.find_gathering(tx, ask.member_id, ask.gathering_id, ask.source)
    if made:
        return same_or_refuse(made, ask), True
    if pool.find(ask.member_id) is None:
        raise NotInPool
    terms = await demand_pools(tx)
    rules = await _demand_free(tx, ask)
    ids = [one.member_id for one in pool.sharers]
    books = await open_books(tx, await accounts.touch_accounts(tx, ids, [ask.point_type]))
    parts = await _apportion(tx, pool, books, ask)
    await _demand_allowed(tx, ask, terms, rules, parts)
    done = await _gather(tx, books, ask, parts, rules)
    done = done.named(await pools.known_to(tx, ask.pool_id, ask.source))
    for book in books.all():
        book.close_spent()
    if not await gatherings.keep_gathering(tx, done):
        raise Conflict("the gathering's name was taken meanwhile")
    await post_books(tx, books)
    return done, False


async def _demand_free(tx: Tx, ask: GatheringAsk) -> Rules:
    """The rules in force, where the member may burn and no burn or hold has the name."""
    await demand_active(tx, ask.member_id)
    key = (ask.member_id, ask.gathering_id, ask.source)
    if ask.purpose and (await holds.find_burn(tx, *key) or await holds.find_hold(tx, *key)):
        raise NameReused
    return await demand_burnable(tx, ask.point_type)


async def _apportion(tx: Tx, pool: Pool, books: Books, ask: GatheringAsk) -> Mapping[str, int]:
    """Who bears what: nothing of who may not burn."""
    shares = {one.member_id: one.share for one in pool.sharers}
    known = await statuses.statuses_of(tx, shares)
    rooms = {one: books.of(one, ask.point_type).available for one in shares if known[one] == ACTIVE}
    return apportion(ask.points, ask.member_id, shares, rooms)


async def _demand_allowed(
    tx: Tx, ask: GatheringAsk, terms: PoolTerms, rules: Rules, parts: Mapping[str, int]
) -> None:
    moved = sum(parts.values()) - parts.get(ask.member_id, 0)
    if moved:
        today = day_begins(tx.now.astimezone(rules.zone).date(), rules.zone)
        so_far = await gatherings.gathered_since(tx, ask.member_id, ask.point_type, today)
        demand_allowed(_moving(ask, "", moved), terms, so_far)


async def _gather(
    tx: Tx, books: Books, ask: GatheringAsk, parts: Mapping[str, int], rules: Rules
) -> Gathering:
    """Move what others bear, and burn where that is asked."""
    why = DecisionBasis(
        tx.cause.actor,
        tx.cause.request_id,
        ask.gathering_id,
        ask.reason,
        pool_code(ask.pool_id),
        source=ask.source,
    )
    receiver = books.of(ask.member_id, ask.point_type)
    rule = rules.of(ask.point_type)
    most = rule.terms.maximum_balance if rule and not ask.purpose else None
    found: list[PartGathered] = []
    for member_id, points in parts.items():
        posting_id = ""
        if member_id != ask.member_id:
            giver = books.of(member_id, ask.point_type)
            moving = _moving(ask, member_id, points)
            posting_id = transfer(giver, receiver, moving, most, why).posting_id
        found.append(PartGathered(member_id, points, posting_id))
    if ask.purpose:
        burn = BurnAsk(
            ask.member_id, ask.gathering_id, ask.point_type, ask.points, ask.purpose, ask.source
        )
        use = msgspec.structs.replace(why, reason=ask.purpose, reason_code="")
        await holds.keep_burn(tx, burn_now(receiver, burn, use))
    return _gathering(tx, ask, found)


def _moving(ask: GatheringAsk, member_id: str, points: int) -> TransferAsk:
    return TransferAsk(
        member_id,
        ask.gathering_id,
        ask.member_id,
        ask.point_type,
        points,
        ask.reason,
        ask.step_up,
        ask.source,
        ask.pool_id,
    )


def _gathering(tx: Tx, ask: GatheringAsk, parts: Sequence[PartGathered]) -> Gathering:
    return Gathering(
        ask.member_id,
        ask.gathering_id,
        ask.source,
        ask.pool_id,
        ask.point_type,
        ask.points,
        sum(part.points for part in parts if part.member_id != ask.member_id),
        parts,
        ask.purpose,
        ask.reason,
        ask.step_up,
        tx.now,
    )
