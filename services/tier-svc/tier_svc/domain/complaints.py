"""Complaints, and what became of them (M10, T1).

A complaint stands from when it was made. Withdrawn, or found to be unfounded, it was never made
from then on: what was true before stays true, as with goods that come back (T4). Resolved, it
stands: it was made.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from contracts.ids import FactId

Name = tuple[str, str]
"""A channel, and its name for the complaint."""

FALLEN: Container[str] = frozenset({"withdrawn", "unfounded"})
"""The states in which a complaint does not stand."""


class Complaint(NamedTuple):
    """What a complaint is about, and what its channel calls it."""

    category: str
    severity: str
    channel: str
    ref: str

    @property
    def name(self) -> Name:
        """By what outcomes name it."""
        return self.channel, self.ref


class Outcome(NamedTuple):
    """What became of a complaint. Outcomes sort in business order."""

    occurred_at: datetime
    fact_id: FactId
    complaint: Name
    state: str


class Made(Protocol):
    """A complaint, as far as time goes."""

    @property
    def occurred_at(self) -> datetime:
        """When it was made."""


def turns(
    outcomes: Iterable[Outcome], made: Mapping[Name, Made]
) -> Iterator[tuple[Outcome, datetime, bool]]:
    """The outcomes with which a complaint falls, or stands again: each with the instant from which
    on, and whether it stands. One that comes before its complaint waits; one that says what is so
    already is none.
    """
    fallen: set[Name] = set()
    for one in sorted(outcomes):
        is_fallen = one.state in FALLEN
        if one.complaint in made and is_fallen != (one.complaint in fallen):
            (fallen.add if is_fallen else fallen.discard)(one.complaint)
            yield one, max(one.occurred_at, made[one.complaint].occurred_at), not is_fallen
