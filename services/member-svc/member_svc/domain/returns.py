"""Which units come back: decided once, in recorded order, under the purchase's lock (P7)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from contracts.events.purchases import ReturnedLine
from contracts.ids import FactId, MemberId
from contracts.refusal import Refusal
from member_svc.domain import facts
from member_svc.domain.facts import Answer, Fact, Reason, Standing, Status
from member_svc.domain.programme import Terms
from member_svc.domain.refusals import ReturnExceedsPurchase

RETURN_WINDOW = timedelta(days=400)

Units = tuple[ReturnedLine, ...]
PurchaseName = tuple[str, str]

read_units = msgspec.json.Decoder(Units).decode
read_asked = msgspec.json.Decoder(Units | None).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A return to take in. Without `lines` it means whatever is left when it is decided."""

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


@dataclass(frozen=True, slots=True)
class Bought:
    """A purchase under its lock: where it stands and what of it is left to come back, in order of
    line id.
    """

    fact_id: FactId
    member_id: MemberId | None
    status: Status
    occurred_at: datetime
    left: Mapping[str, int]

    def less(self, units: Units) -> "Bought":
        """What is left once `units` came back."""
        taken = {line.line_id: line.quantity for line in units}
        return replace(
            self, left={line: count - taken.get(line, 0) for line, count in self.left.items()}
        )


def told(name: PurchaseName, occurred_at: datetime, lines: Units | None) -> bytes:
    """The hash that the return's name stands for (E1). The order of its lines means nothing."""
    return facts.content_hash("\0".join(name), occurred_at, facts.canonical(in_order(lines)))


def in_order(lines: Units | None) -> Units | None:
    """The lines in order of their id."""
    return None if lines is None else tuple(sorted(lines, key=lambda line: line.line_id))


def left_of(bought: Iterable[tuple[str, int]], taken: Iterable[Units]) -> dict[str, int]:
    """Units bought per line less what returns took; never negative."""
    left = Counter(dict(bought))
    for units in taken:
        left.subtract({line.line_id: line.quantity for line in units})
    assert all(count >= 0 for count in left.values()), "more came back than was bought"
    return dict(left)


def choose(left: Mapping[str, int], asked: Units | None) -> Units | ReturnExceedsPurchase:
    """The units that come back: the named ones, or all that is left. Refuses more than is left, and
    nothing at all.
    """
    if asked is None:
        rest = tuple(
            ReturnedLine(line_id=line, quantity=count) for line, count in left.items() if count
        )
        return rest or ReturnExceedsPurchase(asked=0, left=0)
    for line in asked:
        if line.quantity > left.get(line.line_id, 0):
            return ReturnExceedsPurchase(asked=line.quantity, left=left.get(line.line_id, 0))
    return asked


def take_in(
    asked: Return, bought: Bought | None, now: datetime, terms: Terms
) -> tuple[Fact, Units | None] | Refusal:
    """The return as it is kept, and the units it takes. Refusals: OccurredInFuture,
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


def settle(
    waiting: Fact, bought: Bought, now: datetime
) -> tuple[Fact, Units | ReturnExceedsPurchase | None]:
    """Decide a return against its purchase: its units, and that it stands where its purchase
    stands.

    A return of a rejected purchase, or one too late for its purchase, goes to review undecided; so
    does one that
    would bring back too much, and its refusal says how.
    """
    reason = beyond(waiting.occurred_at, bought)
    if reason is not None:
        return replace(waiting, status="review", reason=reason), None
    units = choose(bought.left, read_asked(waiting.content))
    if isinstance(units, Refusal):
        return replace(waiting, status="review", reason="exceeds_purchase"), units
    return decided(waiting, bought, units, now), units


def decided(waiting: Fact, bought: Bought, units: Units, now: datetime) -> Fact:
    """The return with its units, following its purchase."""
    status = follows(bought.status)
    return replace(
        waiting,
        member_id=bought.member_id,
        status=status,
        reason=None,
        taken=facts.canonical(units),
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
        kind="return",
        source=asked.source,
        source_ref=asked.source_ref,
        fact_id=facts.fact_id(asked.source, asked.source_ref, "return", asked.occurred_at),
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
    names = dict(known)
    answers: list[Answer | Refusal] = []
    new: list[Fact] = []
    for one in asked:
        found = names.get(one.source_ref)
        outcome = facts.again(found, one.told) if found else _one(one, bought, now, terms)
        if isinstance(outcome, Fact):
            names[outcome.source_ref] = facts.standing(outcome)
            new.append(outcome)
            outcome = facts.answer(outcome)
        answers.append(outcome)
    return answers, new


def _one(
    one: Return, bought: dict[PurchaseName, Bought], now: datetime, terms: Terms
) -> Fact | Refusal:
    outcome = take_in(one, bought.get(one.purchase_name), now, terms)
    if isinstance(outcome, Refusal):
        return outcome
    fact, units = outcome
    if units:
        bought[one.purchase_name] = bought[one.purchase_name].less(units)
    return fact
