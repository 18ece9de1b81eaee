"""Transfers: points change hands and keep their end (P10).

What one member gives leaves their lots in burn order for the programme's side `transfer`, and comes
from it to the other in the same transaction, as one lot for each distinct end: that side always
stands at zero.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contracts.events.points import PointsTransferred
from contracts.quantities import BALANCE_MAX
from points_svc.domain.basis import DecisionBasis, Portion, packed
from points_svc.domain.books import Book, said
from points_svc.domain.lots import NEVER, draw, sum_of
from points_svc.domain.moments import moment_id
from points_svc.domain.move_refusals import StepUpRequired, TransferLimitReached
from points_svc.domain.postings import AVAILABLE, TRANSFER, Movement, Posting
from points_svc.domain.programme import TransferTerms
from points_svc.domain.refusals import BalanceTooLarge, NameReused, PointsInsufficient
from points_svc.domain.settling import pay_deficit


@dataclass(frozen=True)
class TransferAsk:
    """What a caller asks to move, under the name they chose; `source` is their channel: the name is
    its own. `step_up` is the channel's reference of a stronger check, empty where there was none.
    With a `pool_id` the points are gathered from who shares that pool.
    """

    member_id: str
    transfer_id: str
    to_id: str
    point_type: str
    points: int
    reason: str
    step_up: str
    source: str
    pool_id: str | None = None


@dataclass(frozen=True)
class Transfer:
    """Points that changed hands. `posting_id` is the giver's."""

    member_id: str
    transfer_id: str
    source: str
    to_id: str
    point_type: str
    points: int
    reason: str
    step_up: str
    posting_id: str
    transferred_at: datetime

    def is_for(self, ask: TransferAsk) -> bool:
        """Whether it is what was asked: the same request, said again."""
        mine = (self.to_id, self.point_type, self.points, self.reason, self.step_up)
        return mine == (ask.to_id, ask.point_type, ask.points, ask.reason, ask.step_up)


@dataclass(frozen=True)
class SentToday:
    """What a member has sent of a point type since the day began."""

    transfers: int
    points: int


def same_or_refuse(transfer: Transfer, ask: TransferAsk) -> Transfer:
    """The transfer that this request made before. Refusals: NameReused."""
    if not transfer.is_for(ask):
        raise NameReused
    return transfer


def demand_allowed(ask: TransferAsk, terms: TransferTerms, sent: SentToday) -> None:
    """Refuse what the programme does not let a member move today, of one point type. Refusals:
    TransferLimitReached, StepUpRequired.
    """
    if sent.transfers >= terms.daily_count:
        raise TransferLimitReached(limit="daily_count", left=0)
    left = max(terms.daily_points - sent.points, 0)
    if ask.points > left:
        raise TransferLimitReached(limit="daily_points", left=left)
    if ask.points > terms.step_up_above and not ask.step_up:
        raise StepUpRequired(above=terms.step_up_above)


def transfer(
    giver: Book, receiver: Book, ask: TransferAsk, most: int | None, basis: DecisionBasis
) -> Transfer:
    """Move points of the giver's lots, in burn order, to the receiver, whose deficit is paid first.

    `most` is what an account may hold by the rules, None: no limit; nothing is cut to fit it.
    Refusals: PointsInsufficient, BalanceTooLarge.
    """
    if ask.points > giver.available:
        raise PointsInsufficient(asked=ask.points, available=giver.available)
    bound = BALANCE_MAX if most is None else most
    owned = sum(receiver.balance.values()) - 2 * receiver.deficit
    if owned + ask.points > bound:
        raise BalanceTooLarge
    portions = draw(giver.lots.values(), ask.points, giver.now)
    assert sum_of(portions) == ask.points, "what is available is what the lots hold"
    sent, come = _move(giver, receiver, portions, ask, basis)
    _say(giver, sent, ask, "out", ask.to_id)
    _say(receiver, come, ask, "in", ask.member_id)
    return Transfer(
        ask.member_id,
        ask.transfer_id,
        ask.source,
        ask.to_id,
        ask.point_type,
        ask.points,
        ask.reason,
        ask.step_up,
        sent.posting_id,
        giver.now,
    )


def _move(
    giver: Book,
    receiver: Book,
    portions: Sequence[Portion],
    ask: TransferAsk,
    basis: DecisionBasis,
) -> tuple[Posting, Posting]:
    """What left the giver, and the first lot that it became."""
    now, why = giver.now, packed(basis)
    names = ("transfer", ask.member_id, ask.source, ask.transfer_id)
    sent = giver.post(
        Movement(
            "transfer_out",
            AVAILABLE,
            TRANSFER,
            ask.points,
            moment_id(now, *names),
            now,
            basis=why,
        ),
        portions,
    )
    ends: Counter[datetime] = Counter()
    for portion in portions:
        ends[giver.lots[portion.lot_id].expires_at or NEVER] += portion.points
    come = [
        receiver.post(
            Movement(
                "transfer_in",
                TRANSFER,
                AVAILABLE,
                ends[end],
                moment_id(now, *names, end.isoformat()),
                now,
                available_from=now,
                expires_at=None if end == NEVER else end,
                basis=why,
            )
        )
        for end in sorted(ends)
    ]
    pay_deficit(receiver, [lot.fact_id for lot in come], come[0].fact_id)
    return sent, come[0]


def _say(
    book: Book, posting: Posting, ask: TransferAsk, way: Literal["in", "out"], other_id: str
) -> None:
    book.say(
        PointsTransferred(
            **said(book, posting.posting_id, book.now),
            points=ask.points,
            transfer_id=ask.transfer_id,
            direction=way,
            other_id=other_id,
            pool_id=ask.pool_id,
        )
    )
