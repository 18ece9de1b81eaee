"""What an identifier's new owner gets of what was bought with it before, and what staff let in (M5,
E3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from contracts.ids import MemberId
from contracts.refusal import Refusal
from member_svc.domain import activities, returns
from member_svc.domain.facts import Fact
from member_svc.domain.left import Bought, Decided, Units, choose
from member_svc.domain.members import Member
from member_svc.domain.owners import held_back, stands_with
from member_svc.domain.programme import Terms
from member_svc.domain.refusals import NotInReview, PurchaseRejected
from member_svc.domain.returns import PurchaseName


def earliest(linked_at: datetime, terms: Terms) -> datetime:
    """The oldest `occurred_at` that a claim at `linked_at` still reaches; the window's last instant
    counts.
    """
    return linked_at - terms.claim_window


def counted(fact: Fact, member_id: MemberId, now: datetime) -> Fact:
    """The fact as it counts for a member from now on, at its own `occurred_at`."""
    return replace(fact, member_id=member_id, status="accepted", counted_at=now, reason=None)


def claimed(fact: Fact, member: Member, now: datetime) -> Fact:
    """What was nobody's, now that this member has its identifier: it counts, or is looked at where
    the member is barred.
    """
    reason = held_back(member, fact.occurred_at)
    if reason is not None:
        return replace(fact, member_id=member.member_id, status="review", reason=reason)
    return counted(fact, member.member_id, now)


def accept_own(fact: Fact, owner: MemberId | None, now: datetime) -> Fact:
    """A purchase, activity or feedback that staff let in: as if told in time. Whose it was at
    intake, it stays. Refusals: NotInReview.
    """
    in_review(fact)
    member_id = fact.member_id or owner
    if member_id is None:
        return replace(fact, status=stands_with(None), reason=None)
    return counted(fact, member_id, now)


def accept_follower(fact: Fact, bought: Bought | None, now: datetime) -> Fact:
    """What is about a purchase and staff let in; neither its own lateness nor the 400 days after
    its purchase are asked again.

    Refusals: NotInReview, PurchaseRejected, ReturnExceedsPurchase (it stays in review).
    """
    in_review(fact)
    if bought is None:
        return replace(fact, status="waiting", reason=None)
    if bought.status == "rejected":
        raise PurchaseRejected
    if fact.kind in activities.OWN_KINDS:
        return returns.decided(fact, bought, None, now)
    units = choose(bought, returns.read_asked(fact.content))
    if isinstance(units, Refusal):
        raise units
    return returns.decided(fact, bought, units, now)


def reject(fact: Fact) -> Fact:
    """A fact that staff refuse for good. Refusals: NotInReview."""
    in_review(fact)
    return replace(fact, status="rejected")


def in_review(fact: Fact) -> None:
    """Refusals: NotInReview where the fact is not (or no longer) in review."""
    if fact.status != "review":
        raise NotInReview(stands=fact.status)


def follow(purchase: Fact, back: Sequence[Fact], now: datetime) -> list[Fact]:
    """What is about the purchase and was decided, standing where it now stands; that of a rejected
    one goes to review.
    """
    return [_follow(purchase, fact, now) for fact in back]


def _follow(purchase: Fact, fact: Fact, now: datetime) -> Fact:
    if purchase.status == "rejected":
        return replace(fact, status="review", reason="purchase_rejected", taken=None)
    status = returns.follows(purchase.status)
    counted_at = now if status == "accepted" else None
    return replace(fact, member_id=purchase.member_id, status=status, counted_at=counted_at)


def settle_waiting(
    waiting: Sequence[Fact], bought: Mapping[PurchaseName, Bought], now: datetime
) -> list[Fact]:
    """What waited for a purchase that has come, decided in recorded order; an excess goes to review
    (P7).
    """
    books = dict(bought)
    settled: list[Fact] = []
    for fact in sorted(waiting, key=lambda one: (one.recorded_at, one.fact_id)):
        name = purchase_name(fact)
        stood, units = _settle(fact, books[name], now)
        if units and not isinstance(units, Refusal):
            books[name] = books[name].less(Decided(fact.occurred_at, fact.fact_id, units))
        settled.append(stood)
    return settled


def _settle(fact: Fact, bought: Bought, now: datetime) -> tuple[Fact, Units | Refusal | None]:
    if fact.kind in activities.OWN_KINDS:
        return activities.settle(fact, bought, now), None
    return returns.settle(fact, bought, now)


def purchase_name(fact: Fact) -> PurchaseName:
    """The name of the purchase that a fact is about."""
    assert fact.purchase_source is not None
    assert fact.purchase_ref is not None
    return (fact.purchase_source, fact.purchase_ref)
