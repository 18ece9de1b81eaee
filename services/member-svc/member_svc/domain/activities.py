"""An activity or feedback as its source told it, and where it stands when it comes in (E1–E3, M5).

One that is about a purchase belongs to that purchase's member, whoever it names besides, and stands
where the purchase stands; one that comes first waits for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import msgspec

from contracts.ids import MemberId
from contracts.refusal import Refusal
from member_svc.domain import facts, owners, returns
from member_svc.domain.facts import Answer, Fact, Kind, Standing
from member_svc.domain.feedback import FeedbackContent
from member_svc.domain.identifiers import BlindIndex
from member_svc.domain.left import Bought
from member_svc.domain.owners import Owners, Place
from member_svc.domain.programme import Terms, allowed
from member_svc.domain.returns import PurchaseName

KIND_PATTERN = r"^[a-z][a-z0-9_.-]{0,63}$"


class ActivityContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was done."""

    kind: str
    attributes: dict[str, str] = {}


read_activity = msgspec.json.Decoder(ActivityContent).decode


OWN_KINDS: frozenset[Kind] = frozenset({"activity", "feedback"})
"""What is a member's own, also where it is about a purchase: it takes nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """An activity or feedback to take in: of a member, or about a purchase."""

    kind: Literal["activity", "feedback"] = "activity"
    source: str
    source_ref: str
    member_id: MemberId | None
    blind_index: BlindIndex | None
    purchase_name: PurchaseName | None
    occurred_at: datetime
    content: ActivityContent | FeedbackContent

    @property
    def told(self) -> bytes:
        """The hash that the activity's name stands for (E1)."""
        whose = owners.whose(self.member_id, self.blind_index)
        about = "\0".join((whose, *(self.purchase_name or ())))
        return facts.content_hash(about, self.occurred_at, facts.canonical(self.content))


def take_in(
    asked: Activity,
    known: Owners,
    bought: Mapping[PurchaseName, Bought],
    now: datetime,
    terms: Terms,
) -> Fact | Refusal:
    """The activity as it is kept. Refusals: OccurredInFuture, MemberNotFound."""
    refusal = facts.in_future(asked.occurred_at, now)
    if refusal is not None:
        return refusal
    if asked.purchase_name is None:
        place = owners.place(asked, known, now, terms)
        return place if isinstance(place, Refusal) else _kept(asked, place, now, terms)
    if now - asked.occurred_at > terms.lateness:
        return _kept(asked, Place(None, "review", "late"), now, terms)
    waiting = _kept(asked, Place(None, "waiting", None), now, terms)
    if asked.purchase_name not in bought:
        return waiting
    settled = settle(waiting, bought[asked.purchase_name], now)
    is_claimed = settled.member_id is None
    return replace(settled, first_status=settled.status, is_claimed=is_claimed)


def settle(waiting: Fact, bought: Bought, now: datetime) -> Fact:
    """The activity, standing where its purchase stands; that of a rejected one goes to review."""
    if bought.status == "rejected":
        return replace(waiting, status="review", reason="purchase_rejected")
    return returns.decided(waiting, bought, None, now)


def take_in_all(
    asked: Sequence[Activity],
    names: Mapping[str, Standing],
    known: Owners,
    bought: Mapping[PurchaseName, Bought],
    now: datetime,
    terms: Terms,
) -> tuple[list[Answer | Refusal], list[Fact]]:
    """What each activity of one source is answered, in order, and which are new."""
    return facts.take_in_all(asked, names, lambda one: take_in(one, known, bought, now, terms))


def _kept(asked: Activity, place: Place, now: datetime, terms: Terms) -> Fact:
    purchase_source, purchase_ref = asked.purchase_name or (None, None)
    complaint_source, complaint_ref = _complaint(asked.content)
    return Fact(
        kind=asked.kind,
        source=asked.source,
        source_ref=asked.source_ref,
        fact_id=facts.fact_id(asked.source, asked.source_ref, asked.kind, asked.occurred_at),
        member_id=place.member_id,
        blind_index=None if asked.purchase_name else asked.blind_index,
        status=place.status,
        first_status=place.status,
        is_claimed=place.member_id is None,
        reason=place.reason,
        occurred_at=asked.occurred_at,
        recorded_at=now,
        counted_at=place.counted_at(now),
        content_hash=asked.told,
        content=facts.canonical(_let_out(asked.content, terms)),
        purchase_source=purchase_source,
        purchase_ref=purchase_ref,
        complaint_source=complaint_source,
        complaint_ref=complaint_ref,
    )


def _complaint(content: ActivityContent | FeedbackContent) -> tuple[str | None, str | None]:
    """The name of the complaint that an outcome is of."""
    if isinstance(content, ActivityContent):
        return None, None
    return content.complaint_source, content.complaint_ref


def _let_out(
    content: ActivityContent | FeedbackContent, terms: Terms
) -> ActivityContent | FeedbackContent:
    """The content without what the programme does not let out (E8)."""
    if isinstance(content, FeedbackContent):
        return content
    attributes = allowed(content.attributes, terms.programme.activity_attributes)
    return msgspec.structs.replace(content, attributes=attributes)
