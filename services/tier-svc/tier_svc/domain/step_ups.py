"""A step up that is bought with points: decided here, paid at points-svc (T5).

decided ──► given
   ▼
refusing ─► refused
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.ids import FactId, MemberId
from contracts.quantities import Points
from tier_svc.domain.instants import Period, Periods, Span, after, end_of, start_of
from tier_svc.domain.ways import Way, WayKind

NAMESPACE = uuid.UUID("6c1c7f0a-0a56-5d3c-9c2e-2f4f0e6b8d11")

State = Literal["decided", "refusing", "given", "refused"]
PUBLIC = {"decided": "pending", "refusing": "pending", "given": "given", "refused": "refused"}
OPEN = frozenset({"decided", "refusing"})


@dataclass(frozen=True, slots=True)
class Why:
    """Why a step is refused: a public code and the numbers that the code promises."""

    code: str
    numbers: Mapping[str, int | str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked, and under which Idempotency-Key the answer is kept."""

    source: str
    key: str
    actor: str


@dataclass(frozen=True, slots=True)
class Price:
    """What a step costs, and for how long it lifts."""

    points: Points
    point_type: str
    lasts: Span


@dataclass(frozen=True, slots=True)
class StepUp:
    """One step to `tier`, at the price of the settings' version that was in force. The burn at
    points-svc and the way up bear its id.
    """

    step_id: FactId
    member_id: MemberId
    ladder: str
    tier: str
    price: Price
    programme_version: int
    asked: Asked
    decided_at: datetime
    state: State = "decided"
    attempts: int = 0
    why: Why | None = None
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done."""
        return self.state in OPEN

    @property
    def stands(self) -> str:
        """The state that a caller is told."""
        return PUBLIC[self.state]

    @property
    def reason(self) -> str:
        """Why the way up was given, for those who read it."""
        return f"{self.price.points} {self.price.point_type}"

    def way(self, given_at: datetime, zone: ZoneInfo) -> Way:
        """The way up that was paid for: it lasts from when it is given, on the zone's wall
        clock.
        """
        until = after(given_at, self.price.lasts, zone)
        return Way(self.step_id, WayKind.BOUGHT, self.tier, given_at, until)


def step_id_of(source: str, key: str) -> FactId:
    """Follows from who asked under which key: a retry can only ever mean the same step."""
    return FactId(str(uuid.uuid5(NAMESPACE, f"{source}\n{key}")))


def limit_window(period: Period, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The calendar period [from, to) in which steps are counted."""
    return start_of(now, period, zone), end_of(now, Periods(period, 1), zone)
