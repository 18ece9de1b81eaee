"""What the other services hear: opaque ids, net amounts, occasions; nothing personal (E8, api.md
§7).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from contracts.events.base import Event
from contracts.events.members import (
    MemberEnrolled,
    MemberStatusChanged,
    SegmentEntered,
    SegmentLeft,
)
from contracts.events.purchases import (
    ActivityRecorded,
    FeedbackRecorded,
    PurchaseRecorded,
    PurchaseReturned,
)
from contracts.ids import EventId, FactId, MemberId
from member_svc.domain.activities import OWN_KINDS, read_activity
from member_svc.domain.claims import purchase_name
from member_svc.domain.facts import Fact, Kind
from member_svc.domain.feedback import read_feedback
from member_svc.domain.left import Bought
from member_svc.domain.members import Member, is_birthday
from member_svc.domain.programme import Terms
from member_svc.domain.purchases import PurchaseContent
from member_svc.domain.returns import PurchaseName, read_units
from member_svc.domain.segments import Said

read_content = msgspec.json.Decoder(PurchaseContent).decode

BY_HAND = "0"
"""The version of a segment that staff set: no rule made it."""

PurchaseKey = tuple[FactId, datetime]

TURN: Mapping[Kind, int] = {"purchase": 0, "return": 1, "void": 1, "activity": 2, "feedback": 3}


def enrolled(member: Member, now: datetime, terms: Terms) -> MemberEnrolled:
    """Someone joined."""
    return MemberEnrolled(
        event_id=EventId(member.member_id),
        member_id=member.member_id,
        occurred_at=member.enrolled_at,
        recorded_at=now,
        version=terms.version,
        enrolled_at=member.enrolled_at,
    )


def status_changed(member: Member, now: datetime, terms: Terms) -> MemberStatusChanged:
    """What a member may do changed now; why is not said."""
    return MemberStatusChanged(
        event_id=EventId(f"{member.member_id}.status.{member.version}"),
        member_id=member.member_id,
        occurred_at=now,
        recorded_at=now,
        version=terms.version,
        status=member.status,
        revision=member.version,
    )


def segment_said(
    member_id: MemberId, segment: str, said: Said, now: datetime
) -> SegmentEntered | SegmentLeft:
    """A member is in a segment from an instant on, or is not."""
    kind = SegmentEntered if said.is_in else SegmentLeft
    return kind(
        event_id=EventId(f"{member_id}.segment.{segment}.{said.seq}"),
        member_id=member_id,
        occurred_at=said.from_at,
        recorded_at=now,
        version=BY_HAND,
        segment=segment,
        seq=said.seq,
    )


def recorded(fact: Fact, member: Member, terms: Terms) -> PurchaseRecorded:
    """A purchase counts; a claimed one is recorded at its claim."""
    assert fact.counted_at is not None, "only what counts is told"
    said = read_content(fact.content)
    return PurchaseRecorded(
        event_id=EventId(fact.fact_id),
        member_id=member.member_id,
        occurred_at=fact.occurred_at,
        recorded_at=fact.counted_at,
        version=terms.version,
        fact_id=fact.fact_id,
        source=fact.source,
        source_ref=fact.source_ref,
        enrolled_at=member.enrolled_at,
        store_id=said.store_id,
        currency=said.currency,
        lines=said.lines,
        payments=said.payments,
        attributes=said.attributes,
        occasions=occasions(member, fact.occurred_at, terms),
    )


def returned(fact: Fact, purchase: PurchaseKey, terms: Terms) -> PurchaseReturned:
    """Units of a purchase came back."""
    assert fact.counted_at is not None
    assert fact.member_id is not None
    assert fact.taken is not None
    purchase_fact_id, purchase_occurred_at = purchase
    return PurchaseReturned(
        event_id=EventId(fact.fact_id),
        member_id=fact.member_id,
        occurred_at=fact.occurred_at,
        recorded_at=fact.counted_at,
        version=terms.version,
        fact_id=fact.fact_id,
        source=fact.source,
        source_ref=fact.source_ref,
        purchase_fact_id=purchase_fact_id,
        purchase_occurred_at=purchase_occurred_at,
        lines=read_units(fact.taken),
    )


def done(
    fact: Fact, purchase: PurchaseKey | None, member: Member, terms: Terms
) -> ActivityRecorded:
    """An activity counts."""
    assert fact.counted_at is not None
    content = read_activity(fact.content)
    return ActivityRecorded(
        event_id=EventId(fact.fact_id),
        member_id=member.member_id,
        occurred_at=fact.occurred_at,
        recorded_at=fact.counted_at,
        version=terms.version,
        fact_id=fact.fact_id,
        source=fact.source,
        source_ref=fact.source_ref,
        enrolled_at=member.enrolled_at,
        kind=content.kind,
        attributes=content.attributes,
        purchase_fact_id=purchase[0] if purchase else None,
        occasions=occasions(member, fact.occurred_at, terms),
    )


def voiced(
    fact: Fact, purchase: PurchaseKey | None, member: Member, terms: Terms
) -> FeedbackRecorded:
    """Feedback counts."""
    assert fact.counted_at is not None
    said = read_feedback(fact.content)
    return FeedbackRecorded(
        event_id=EventId(fact.fact_id),
        member_id=member.member_id,
        occurred_at=fact.occurred_at,
        recorded_at=fact.counted_at,
        version=terms.version,
        fact_id=fact.fact_id,
        source=fact.source,
        source_ref=fact.source_ref,
        enrolled_at=member.enrolled_at,
        purchase_fact_id=purchase[0] if purchase else None,
        **msgspec.structs.asdict(said),
    )


def occasions(member: Member, at: datetime, terms: Terms) -> tuple[str, ...]:
    """What day it was for the member, without saying which day that is (M7)."""
    if member.birthday is None:
        return ()
    is_today = is_birthday(member.birthday, at, terms.zone, terms.programme.leap_birthday)
    return ("birthday",) if is_today else ()


def told(
    counting: Iterable[Fact],
    purchases: Mapping[PurchaseName, PurchaseKey],
    members: Mapping[MemberId, Member],
    terms: Terms,
) -> list[Event]:
    """Those of the facts that count: purchases, what came back of them, activities, feedback; each
    kind in business order.

    `purchases` are those that the others are about.
    """

    def said(fact: Fact) -> Event:
        if fact.kind == "purchase":
            return recorded(fact, members[_member_of(fact)], terms)
        if fact.kind in OWN_KINDS:
            about = None if fact.purchase_ref is None else purchases[purchase_name(fact)]
            own = done if fact.kind == "activity" else voiced
            return own(fact, about, members[_member_of(fact)], terms)
        return returned(fact, purchases[purchase_name(fact)], terms)

    accepted = [fact for fact in counting if fact.status == "accepted"]
    accepted.sort(key=lambda fact: (TURN[fact.kind], fact.occurred_at, fact.fact_id))
    return [said(fact) for fact in accepted]


def keys(bought: Mapping[PurchaseName, Bought | Fact]) -> dict[PurchaseName, PurchaseKey]:
    """How these purchases are named in what is said of others."""
    return {name: (one.fact_id, one.occurred_at) for name, one in bought.items()}


def _member_of(fact: Fact) -> MemberId:
    assert fact.member_id is not None, "what counts has a member"
    return fact.member_id
