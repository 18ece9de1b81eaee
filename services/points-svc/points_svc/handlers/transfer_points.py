"""Move points from one member to another."""

from chassis.tx import Conflict, Tx
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.member_status import ACTIVE
from points_svc.domain.move_refusals import RecipientNotFound, TransfersNotOffered
from points_svc.domain.programme import TransferTerms
from points_svc.domain.refusals import MemberNotFound
from points_svc.domain.rules import Rules
from points_svc.domain.transfers import (
    Transfer,
    TransferAsk,
    demand_allowed,
    same_or_refuse,
    transfer,
)
from points_svc.domain.wall_time import day_begins
from points_svc.handlers.demand_active import demand_active
from points_svc.handlers.demand_burnable import demand_burnable
from points_svc.handlers.open_books import open_books
from points_svc.handlers.post_books import post_books
from points_svc.store import accounts, members, programme, statuses, transfers

RECEIVING = (ACTIVE, "suspended")
"""Who is suspended still gets points. Of whoever was banned or has gone nothing is told (M9)."""


async def transfer_points(tx: Tx, ask: TransferAsk) -> tuple[Transfer, bool]:
    """Move points of the lots that count now; answers the transfer, and whether this request had
    made it before. Both accounts are locked in the order of their members' ids.

    Refusals: MemberNotFound, MemberSuspended, MemberBanned, MemberClosed, RecipientNotFound,
    NameReused, TransfersNotOffered, PointTypeNotBurnable, TransferLimitReached, StepUpRequired,
    PointsInsufficient, BalanceTooLarge.
    """
    await _demand_known(tx, ask)
    locked = await accounts.touch_accounts(tx, [ask.member_id, ask.to_id], [ask.point_type])
    made = await transfers.find_transfer(tx, ask.member_id, ask.transfer_id, ask.source)
    if made:
        return same_or_refuse(made, ask), True
    await demand_active(tx, ask.member_id)
    if await statuses.status_of(tx, ask.to_id) not in RECEIVING:
        raise RecipientNotFound
    terms = await _terms(tx)
    rules = await demand_burnable(tx, ask.point_type)
    today = day_begins(tx.now.astimezone(rules.zone).date(), rules.zone)
    sent = await transfers.sent_since(tx, ask.member_id, ask.point_type, today)
    demand_allowed(ask, terms, sent)
    books = await open_books(tx, locked)
    giver, receiver = (books.of(side, ask.point_type) for side in (ask.member_id, ask.to_id))
    why = DecisionBasis(
        tx.cause.actor, tx.cause.request_id, ask.transfer_id, ask.reason, source=ask.source
    )
    done = transfer(giver, receiver, ask, _most(rules, ask.point_type), why)
    for book in (giver, receiver):
        book.close_spent()
    if not await transfers.keep_transfer(tx, done):
        raise Conflict("the transfer's name was taken meanwhile")
    await post_books(tx, books)
    return done, False


async def _demand_known(tx: Tx, ask: TransferAsk) -> None:
    if not await members.is_known(tx, ask.member_id):
        raise MemberNotFound
    if not await members.is_known(tx, ask.to_id):
        raise RecipientNotFound


async def _terms(tx: Tx) -> TransferTerms:
    found = await programme.programme.find(tx)
    if found is None or found[1].transfers is None:
        raise TransfersNotOffered
    return found[1].transfers


def _most(rules: Rules, point_type: str) -> int | None:
    rule = rules.of(point_type)
    return rule.terms.maximum_balance if rule else None
