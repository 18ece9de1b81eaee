"""A purchase as its source told it, and where it stands when it comes in (E1–E3, M5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from contracts.events.purchases import Payment, PurchaseLine
from contracts.ids import MemberId
from contracts.refusal import Refusal
from member_svc.domain import facts, owners
from member_svc.domain.facts import Answer, Fact, Standing
from member_svc.domain.identifiers import BlindIndex
from member_svc.domain.owners import Owners
from member_svc.domain.programme import Terms, allowed
from member_svc.domain.refusals import Unfit


class PurchaseContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was bought, where, and how it was paid."""

    store_id: str
    currency: str
    lines: tuple[PurchaseLine, ...]
    payments: tuple[Payment, ...] = ()
    attributes: dict[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A purchase to take in. Its member is named by id, or by an identifier's blind index."""

    source: str
    source_ref: str
    member_id: MemberId | None
    blind_index: BlindIndex | None
    occurred_at: datetime
    content: PurchaseContent
    told: bytes


def content(
    store_id: str,
    currency: str,
    lines: Sequence[PurchaseLine],
    payments: Sequence[Payment] = (),
    attributes: Mapping[str, str] | None = None,
) -> PurchaseContent:
    """The content in its one order: lines by id, payments by kind. How a till sorted them means
    nothing.
    """
    return PurchaseContent(
        store_id=store_id,
        currency=currency,
        lines=tuple(sorted(lines, key=lambda line: line.line_id)),
        payments=tuple(sorted(payments, key=lambda payment: (payment.kind, payment.amount_minor))),
        attributes=dict(attributes or {}),
    )


def told(about: str, occurred_at: datetime, said: PurchaseContent) -> bytes:
    """The hash that the purchase's name stands for (E1)."""
    return facts.content_hash(about, occurred_at, facts.canonical(said))


def unfit(purchase: Purchase, now: datetime, terms: Terms) -> Refusal | None:
    """Why a purchase cannot be taken in at all, whoever's it is.

    Refusals: OccurredInFuture, Unfit.
    """
    if purchase.content.currency != terms.programme.currency:
        return Unfit.at("/currency", "not_allowed")
    return facts.in_future(purchase.occurred_at, now)


def take_in(purchase: Purchase, known: Owners, now: datetime, terms: Terms) -> Fact | Refusal:
    """The purchase as it is kept, where its member lets it stand. Refusals: MemberNotFound."""
    place = owners.place(purchase, known, now, terms)
    if isinstance(place, Refusal):
        return place
    return Fact(
        kind="purchase",
        source=purchase.source,
        source_ref=purchase.source_ref,
        fact_id=facts.fact_id(
            purchase.source, purchase.source_ref, "purchase", purchase.occurred_at
        ),
        member_id=place.member_id,
        blind_index=purchase.blind_index,
        status=place.status,
        first_status=place.status,
        is_claimed=place.member_id is None,
        reason=place.reason,
        occurred_at=purchase.occurred_at,
        recorded_at=now,
        counted_at=place.counted_at(now),
        content_hash=purchase.told,
        content=facts.canonical(tellable(purchase.content, terms)),
    )


def tellable(said: PurchaseContent, terms: Terms) -> PurchaseContent:
    """The content without attributes that the programme does not allow: they are neither kept nor
    told (E8).
    """
    kept = allowed(said.attributes, terms.programme.purchase_attributes)
    return msgspec.structs.replace(said, attributes=kept)


def take_in_all(
    asked: Sequence[Purchase],
    names: Mapping[str, Standing],
    known: Owners,
    now: datetime,
    terms: Terms,
) -> tuple[list[Answer | Refusal], list[Fact]]:
    """What each purchase of one source is answered, in order, and which are new."""
    return facts.take_in_all(
        asked, names, lambda one: unfit(one, now, terms) or take_in(one, known, now, terms)
    )
