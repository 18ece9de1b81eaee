"""What all facts have in common: their name, their id, where they stand, and what was answered
(E1–E3).
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol, TypeVar

import msgspec

from contracts.ids import FactId, MemberId
from contracts.refusal import Refusal
from member_svc.domain.identifiers import BlindIndex
from member_svc.domain.refusals import FactConflict, OccurredInFuture

Back = Literal["return", "void"]
Kind = Literal["purchase", "return", "void", "activity", "feedback"]
Status = Literal["accepted", "unclaimed", "waiting", "review", "rejected"]
Reason = Literal[
    "late",
    "late_return",
    "exceeds_purchase",
    "purchase_rejected",
    "member_banned",
    "member_closed",
]

FUTURE_MAX = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UUID_VERSION = 7 << 76
UUID_VARIANT = 2 << 62
NAME_HIGH = 0xFFF << 64
NAME_LOW = (1 << 62) - 1


class Asked(Protocol):
    """A fact to take in: its source's name for it, and the hash that the name stands for."""

    @property
    def source_ref(self) -> str:
        """The name."""

    @property
    def told(self) -> bytes:
        """The hash of its content."""


A = TypeVar("A", bound=Asked)

canonical = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact as it is kept. Its name is (source, source_ref, kind) for ever.

    `recorded_at` is when it was first told, `counted_at` when it came to count for its member.
    `first_status` is what
    its source was answered; `is_claimed` says that no member was known then. `taken` is what a
    return was decided to take.
    """

    kind: Kind
    source: str
    source_ref: str
    fact_id: FactId
    member_id: MemberId | None
    blind_index: BlindIndex | None = None
    status: Status
    first_status: Status
    is_claimed: bool = False
    reason: Reason | None = None
    occurred_at: datetime
    recorded_at: datetime
    counted_at: datetime | None = None
    content_hash: bytes
    content: bytes
    purchase_source: str | None = None
    purchase_ref: str | None = None
    complaint_source: str | None = None
    complaint_ref: str | None = None
    taken: bytes | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a name already stands for: whose content it is and what was answered first."""

    content_hash: bytes
    fact_id: FactId
    member_id: MemberId | None
    status: Status
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What the source of a fact is told; the same again when it asks again."""

    fact_id: FactId
    member_id: MemberId | None
    status: Status
    recorded_at: datetime
    is_replayed: bool = False


def fact_id(source: str, source_ref: str, kind: Kind, occurred_at: datetime) -> FactId:
    """The fact's id: UUIDv7 layout, 48 bits of `occurred_at` in ms, the rest from SHA-256 of its
    name.

    It sorts by time as text; the same fact always has the same id.
    """
    milliseconds = (occurred_at - EPOCH) // timedelta(milliseconds=1)
    digest = hashlib.sha256(f"{source}\0{source_ref}\0{kind}".encode()).digest()
    named = int.from_bytes(digest[:10], "big")
    bits = (
        (milliseconds << 80)
        | UUID_VERSION
        | (named & NAME_HIGH)
        | UUID_VARIANT
        | (named & NAME_LOW)
    )
    text = f"{bits:032x}"
    return FactId(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")


def content_hash(about: str, occurred_at: datetime, content: bytes) -> bytes:
    """What the same name must always stand for.

    `about` says whose or of what; it holds nothing in clear.
    """
    return hashlib.sha256(f"{about}\0{occurred_at.isoformat()}\0".encode() + content).digest()


def in_future(occurred_at: datetime, now: datetime) -> OccurredInFuture | None:
    """The refusal of what lies more than five minutes ahead; tills' clocks may be that wrong."""
    return OccurredInFuture() if occurred_at - now > FUTURE_MAX else None


def standing(fact: Fact) -> Standing:
    """What the name of a fact stands for, from the moment it is kept."""
    answered = None if fact.is_claimed else fact.member_id
    return Standing(fact.content_hash, fact.fact_id, answered, fact.first_status, fact.recorded_at)


def again(found: Standing, told: bytes) -> Answer | Refusal:
    """A name told again: the first answer for the same content, else a conflict (E1)."""
    if found.content_hash != told:
        return FactConflict()
    return Answer(found.fact_id, found.member_id, found.status, found.recorded_at, is_replayed=True)


def answer(fact: Fact) -> Answer:
    """The first answer to a fact."""
    return Answer(fact.fact_id, fact.member_id, fact.status, fact.recorded_at)


def take_in_all(
    asked: Sequence[A], known: Mapping[str, Standing], decide: Callable[[A], Fact | Refusal]
) -> tuple[list[Answer | Refusal], list[Fact]]:
    """What each fact of one source and kind is answered, in order, and which are new.

    A name told twice counts once; only what is new is decided, each after those before it.
    """
    names = dict(known)
    answers: list[Answer | Refusal] = []
    new: list[Fact] = []
    for one in asked:
        found = names.get(one.source_ref)
        outcome = again(found, one.told) if found else decide(one)
        if isinstance(outcome, Fact):
            names[outcome.source_ref] = standing(outcome)
            new.append(outcome)
            outcome = answer(outcome)
        answers.append(outcome)
    return answers, new
