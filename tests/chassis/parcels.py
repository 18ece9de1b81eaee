"""Parcels that are sent: a saga of the smallest kind. What the other side answers is written down
before.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from chassis import leases
from chassis.saga import Saga, Walk
from chassis.tx import Conflict, Tx

MAKE = """
CREATE TABLE IF NOT EXISTS parcel (name text PRIMARY KEY, state text NOT NULL, kept text,
    attempts integer NOT NULL DEFAULT 0, next_attempt_at timestamptz)
"""
WRITE = """
INSERT INTO parcel (name, state, next_attempt_at)
VALUES (:name, 'decided', clock_timestamp() + make_interval(secs => :lease_s))
"""
END = """
UPDATE parcel SET state = :state, next_attempt_at = NULL
WHERE name = :name AND state = 'decided' RETURNING *
"""
TAKE = leases.taking("parcel", "name")


class Step(Enum):
    SEND = "send"
    DELIVER = "deliver"
    RETURN = "return"
    WAIT = "wait"


@dataclass(frozen=True)
class Next:
    step: Step


@dataclass(frozen=True)
class Parcel:
    name: str
    state: str = "decided"

    @property
    def is_open(self) -> bool:
        return self.state == "decided"


@dataclass(frozen=True)
class Post:
    """The other side: of each parcel what it answers, the last for ever; and what it was asked."""

    answers: dict[str, list[Step]] = field(default_factory=lambda: defaultdict(list))
    asked: list[str] = field(default_factory=list)

    async def ask(self, _: Walk[Parcel], one: Parcel, __: Next, within_s: float) -> Next:
        assert within_s > 0
        self.asked.append(one.name)
        said = self.answers[one.name]
        return Next(said.pop(0) if len(said) > 1 else said[0])


def saga_of(post: Post) -> Saga[Parcel, Next]:
    """How a parcel goes on."""
    return Saga(
        name="parcel",
        wait=Step.WAIT,
        remote={Step.SEND},
        first=first,
        ask=post.ask,
        settle=settle,
        see=see,
        claim=claim,
    )


def first(one: Parcel, _: datetime) -> Next:
    return Next(Step.SEND if one.is_open else Step.WAIT)


async def settle(tx: Tx, one: Parcel, ahead: Next) -> Parcel | None:
    if one.name.startswith("broken"):
        raise ZeroDivisionError
    if one.name.startswith("raced"):
        raise Conflict("test")
    state = "delivered" if ahead.step is Step.DELIVER else "returned"
    rows = await tx.execute("end_parcel", END, name=one.name, state=state)
    return replace(one, state=rows[0].state) if rows else None


async def see(tx: Tx, one: Parcel) -> Parcel:
    (row,) = await tx.execute(
        "see_parcel", "SELECT * FROM parcel WHERE name = :name", name=one.name
    )
    return Parcel(row.name, row.state)


async def claim(tx: Tx, limit: int) -> Sequence[Parcel]:
    return [Parcel(row.name, row.state) for row in await leases.take(tx, "take", TAKE, limit)]


async def keep(tx: Tx, ended: Parcel) -> None:
    """The answer, in words; of one that nobody wants there is none."""
    assert not ended.name.startswith("unwanted")
    await tx.execute("keep", "UPDATE parcel SET kept = state WHERE name = :name", name=ended.name)
