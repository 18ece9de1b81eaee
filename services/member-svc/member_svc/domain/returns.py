"""What comes back: decided once, in recorded order, under the purchase's lock (P7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from contracts.refusal import Refusal
from member_svc.domain import facts
from member_svc.domain.facts import Answer, Back, Fact, Reason, Standing, Status
from member_svc.domain.left import Bought, Decided, Units, choose
from member_svc.domain.programme import Terms

RETURN_WINDOW = timedelta(days=400)

PurchaseName = tuple[str, str]

read_units = msgspec.json.Decoder(Units).decode
read_asked = msgspec.json.Decoder(Units | None).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A return to take in. Without `lines` it means whatever is left when it is decided.

    A void has its purchase's name.
    """

    kind: Back = "return"
    source: str
    source_ref: str
    purchase_source: str
    purchase_ref: str
    occurred_at: datetime
    lines: Units | None
    told: bytes

    @property
    def purchase_name(self) -> PurchaseName:
        """The name of what was bought."""
        return (self.purchase_source, self.purchase_ref)


def told(name: PurchaseName, occurred_at: datetime, lines: Units | None) -> bytes:
    """The hash that the return's name stands for (E1). The order of its lines means nothing."""
    return facts.content_hash("\0".join(name), occurred_at, facts.canonical(in_order(lines)))


def void(name: PurchaseName, occurred_at: datetime) -> Return:
    """The return that undoes a mistake at the till: all that is left, at the purchase's instant.

    It has the purchase's name, so that it exists once.
    """
    return Return(
        kind="void",
        source=name[0],
        source_ref=name[1],
        purchase_source=name[0],
        purchase_ref=name[1],
        occurred_at=occurred_at,
        lines=None,
        told=told(name, occurred_at, None),
    )


def in_order(lines: Units | None) -> Units | None:
    """The lines in order of their id."""
    return None if lines is None else tuple(sorted(lines, key=lambda line: line.line_id))


def take_in(
    asked: Return, bought: Bought | None, now: datetime, terms: Terms
) -> tuple[Fact, Units | None] | Refusal:
    """The return as it is kept, and what it takes. Refusals: OccurredInFuture,
    ReturnExceedsPurchase.

    Before its purchase: `waiting`, undecided. Too late to be told, or for its purchase: `review`,
    undecided. Else it
    takes its units now and stands where its purchase stands.
    """
    refusal = facts.in_future(asked.occurred_at, now)
    if refusal is not None:
        return refusal
    kept = _undecided(asked, now)
    if now - asked.occurred_at > terms.lateness:
        return replace(kept, status="review", first_status="review", reason="late"), None
    if bought is None:
        return kept, None
    settled, units = settle(kept, bought, now)
    if isinstance(units, Refusal):
        return units
    return replace(settled, first_status=settled.status), units


def settle(waiting: Fact, bought: Bought, now: datetime) -> tuple[Fact, Units | Refusal | None]:
    """Decide a return against its purchase: its units, and that it stands where its purchase
    stands.

    A return of a rejected purchase, or one too late for its purchase, goes to review undecided; so
    does one that
    would bring back too much, and its refusal says how.
    """
    reason = beyond(waiting.occurred_at, bought)
    if reason is not None:
        return replace(waiting, status="review", reason=reason), None
    units = choose(bought, read_asked(waiting.content))
    if isinstance(units, Refusal):
        return replace(waiting, status="review", reason="exceeds_purchase"), units
    return decided(waiting, bought, units, now), units


def decided(waiting: Fact, bought: Bought, units: Units | None, now: datetime) -> Fact:
    """What is about a purchase, standing where that stands; a return with what it takes."""
    status = follows(bought.status)
    return replace(
        waiting,
        member_id=bought.member_id,
        status=status,
        reason=None,
        taken=None if units is None else facts.canonical(units),
        counted_at=now if status == "accepted" else None,
    )


def beyond(occurred_at: datetime, bought: Bought) -> Reason | None:
    """Why somebody has to look at a return of this purchase."""
    if bought.status == "rejected":
        return "purchase_rejected"
    return "late_return" if occurred_at - bought.occurred_at > RETURN_WINDOW else None


def follows(purchase: Status) -> Status:
    """A decided return stands where its purchase stands; it waits for one in review."""
    return "waiting" if purchase == "review" else purchase


def _undecided(asked: Return, now: datetime) -> Fact:
    return Fact(
        kind=asked.kind,
        source=asked.source,
        source_ref=asked.source_ref,
        fact_id=facts.fact_id(asked.source, asked.source_ref, asked.kind, asked.occurred_at),
        member_id=None,
        status="waiting",
        first_status="waiting",
        occurred_at=asked.occurred_at,
        recorded_at=now,
        content_hash=asked.told,
        content=facts.canonical(in_order(asked.lines)),
        purchase_source=asked.purchase_source,
        purchase_ref=asked.purchase_ref,
    )


def take_in_all(
    asked: Sequence[Return],
    known: Mapping[str, Standing],
    bought: dict[PurchaseName, Bought],
    now: datetime,
    terms: Terms,
) -> tuple[list[Answer | Refusal], list[Fact]]:
    """What each return of one source is answered, in order, and which are new.

    `bought` follows what they take.
    """
    return facts.take_in_all(asked, known, lambda one: _one(one, bought, now, terms))


def _one(
    one: Return, bought: dict[PurchaseName, Bought], now: datetime, terms: Terms
) -> Fact | Refusal:
    outcome = take_in(one, bought.get(one.purchase_name), now, terms)
    if isinstance(outcome, Refusal):
        return outcome
    fact, units = outcome
    if units:
        back = Decided(fact.occurred_at, fact.fact_id, units)
        bought[one.purchase_name] = bought[one.purchase_name].less(back)
    return fact
