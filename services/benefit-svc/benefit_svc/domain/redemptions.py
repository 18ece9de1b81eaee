"""A redemption: points for a reward, decided here and paid at points-svc (B4).

decided ──► fulfilled ──► cancelling ──► cancelled
   │  ▲
   ▼  └ (points-svc says that the hold was captured after all)
refusing ─► refused
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from benefit_svc.domain.refusals import RedemptionNotCancellable
from contracts.ids import MemberId, RedemptionId, RewardId, VoucherId
from contracts.quantities import Points

NAMESPACE = uuid.UUID("1d1cf1ce-64a5-5f0e-8f2b-9d2b6a4f3c07")

State = Literal["decided", "refusing", "fulfilled", "refused", "cancelling", "cancelled"]

PUBLIC = {
    "decided": "pending",
    "refusing": "pending",
    "fulfilled": "fulfilled",
    "refused": "refused",
    "cancelling": "cancelling",
    "cancelled": "cancelled",
}
OPEN = frozenset({"decided", "refusing", "cancelling"})


@dataclass(frozen=True)
class Why:
    """Why a redemption is refused: a public code and the numbers that the code promises."""

    code: str
    numbers: Mapping[str, int | str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Asked:
    """Who asked, and under which Idempotency-Key the answer is kept."""

    source: str
    key: str


@dataclass(frozen=True)
class Redemption:
    """One redemption as it stands. The hold at points-svc, and its burn, bear the
    redemption's id.
    """

    redemption_id: RedemptionId
    member_id: MemberId
    reward_id: RewardId
    reward_version: int
    quantity: int
    points: Points
    asked: Asked
    decided_at: datetime
    state: State = "decided"
    attempts: int = 0
    why: Why | None = None
    cancelled_because: str = ""
    cancel_key: str | None = None

    @property
    def voucher_id(self) -> VoucherId:
        """Follows from the redemption, so that it can only ever have one voucher."""
        return VoucherId(str(uuid.uuid5(NAMESPACE, self.redemption_id)))

    @property
    def is_open(self) -> bool:
        """Whether steps are still to be made."""
        return self.state in OPEN

    @property
    def stands(self) -> str:
        """The state that a caller is told."""
        return PUBLIC[self.state]


def redemption_id_of(source: str, key: str) -> RedemptionId:
    """Follows from who asked under which key: a retry can only ever mean the same redemption."""
    return RedemptionId(str(uuid.uuid5(NAMESPACE, f"{source}\n{key}")))


def check_cancellable(redemption: Redemption, voucher_state: str) -> None:
    """Refusals: RedemptionNotCancellable, unless it is fulfilled and its voucher unused, valid and
    not voided.
    """
    if redemption.state != "fulfilled":
        raise RedemptionNotCancellable(state=redemption.stands)
    if voucher_state != "issued":
        raise RedemptionNotCancellable(state=f"voucher_{voucher_state}")
