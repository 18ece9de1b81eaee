"""A purchase as its source told it, and where it stands when it comes in (E1–E3, M5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from contracts.events.purchases import Payment, PurchaseLine
from contracts.ids import MemberId
from contracts.refusal import Refusal
from member_svc.domain import facts
from member_svc.domain.facts import Answer, Fact, Standing, Status
from member_svc.domain.identifiers import BlindIndex
from member_svc.domain.programme import Terms
from member_svc.domain.refusals import MemberNotFound, Unfit


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

    @property
    def about(self) -> str:
        """Whose it is, with nothing in clear."""
        return whose(self.member_id, self.blind_index)


@dataclass(frozen=True, slots=True)
class Owners:
    """Who is who, as far as a batch has to know: members by id, and the owners of identifiers."""

    members: frozenset[MemberId]
    by_index: Mapping[BlindIndex, MemberId]

    def of(self, purchase: Purchase) -> MemberId | None:
        """The member of a purchase, or None where nobody has its identifier yet."""
        if purchase.blind_index is not None:
            return self.by_index.get(purchase.blind_index)
        return purchase.member_id if purchase.member_id in self.members else None


def whose(member_id: MemberId | None, index: BlindIndex | None) -> str:
    """A name for a purchase's member that tells one from another and gives nobody away."""
    return f"member:{member_id}" if index is None else f"index:{index.hex()}"


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


def take_in(purchase: Purchase, owners: Owners, now: datetime, terms: Terms) -> Fact | Refusal:
    """The purchase as it is kept. Refusals: MemberNotFound.

    Later than the lateness window: `review`. Nobody's identifier yet: `unclaimed`. Else it counts
    now.
    """
    member_id = owners.of(purchase)
    if member_id is None and purchase.blind_index is None:
        return MemberNotFound()
    is_late = now - purchase.occurred_at > terms.lateness
    status: Status = "review" if is_late else stands_with(member_id)
    return Fact(
        kind="purchase",
        source=purchase.source,
        source_ref=purchase.source_ref,
        fact_id=facts.fact_id(
            purchase.source, purchase.source_ref, "purchase", purchase.occurred_at
        ),
        member_id=member_id,
        blind_index=purchase.blind_index,
        status=status,
        first_status=status,
        is_claimed=member_id is None,
        reason="late" if is_late else None,
        occurred_at=purchase.occurred_at,
        recorded_at=now,
        counted_at=now if status == "accepted" else None,
        content_hash=purchase.told,
        content=facts.canonical(tellable(purchase.content, terms)),
    )


def stands_with(member_id: MemberId | None) -> Status:
    """Where a purchase stands that nobody has to look at."""
    return "unclaimed" if member_id is None else "accepted"


def tellable(said: PurchaseContent, terms: Terms) -> PurchaseContent:
    """The content without attributes that the programme does not allow: they are neither kept nor
    told (E8).
    """
    allowed = terms.programme.purchase_attributes
    kept = {name: value for name, value in said.attributes.items() if name in allowed}
    return (
        said
        if len(kept) == len(said.attributes)
        else msgspec.structs.replace(said, attributes=kept)
    )


def take_in_all(
    asked: Sequence[Purchase],
    known: Mapping[str, Standing],
    owners: Owners,
    now: datetime,
    terms: Terms,
) -> tuple[list[Answer | Refusal], list[Fact]]:
    """What each purchase of one source is answered, in order, and which are new.

    A name told twice counts once.
    """
    names = dict(known)
    answers: list[Answer | Refusal] = []
    new: list[Fact] = []
    for purchase in asked:
        found = names.get(purchase.source_ref)
        answered, fact = _one(purchase, found, owners, now, terms)
        answers.append(answered)
        if fact is not None:
            names[fact.source_ref] = facts.standing(fact)
            new.append(fact)
    return answers, new


def _one(
    purchase: Purchase, found: Standing | None, owners: Owners, now: datetime, terms: Terms
) -> tuple[Answer | Refusal, Fact | None]:
    if found is not None:
        return facts.again(found, purchase.told), None
    outcome = unfit(purchase, now, terms) or take_in(purchase, owners, now, terms)
    if isinstance(outcome, Refusal):
        return outcome, None
    return facts.answer(outcome), outcome
