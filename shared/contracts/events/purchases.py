"""What member-svc says of purchases and returns, once their member is known."""

from datetime import datetime
from typing import ClassVar

import msgspec

from contracts.events.base import Event
from contracts.ids import FactId


class PurchaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a basket. `net_minor` = amount − discount, of the whole line (all `quantity`
    units).
    """

    line_id: str
    sku: str
    category: str
    brand: str | None = None
    quantity: int
    amount_minor: int
    discount_minor: int = 0
    net_minor: int


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """How a part of a purchase was paid."""

    kind: str
    amount_minor: int


class PurchaseRecorded(Event):
    """A purchase counts for a member. A claimed one is recorded at its claim, and occurred when it
    occurred (M5).
    """

    topic: ClassVar[str] = "loyalty.purchases"
    author: ClassVar[str] = "member-svc"

    fact_id: FactId
    source: str
    source_ref: str
    enrolled_at: datetime
    store_id: str
    currency: str
    lines: tuple[PurchaseLine, ...]
    payments: tuple[Payment, ...] = ()
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    occasions: tuple[str, ...] = ()


class ReturnedLine(msgspec.Struct, frozen=True, kw_only=True):
    """Units that came back of one line; always at least one."""

    line_id: str
    quantity: int


class PurchaseReturned(Event):
    """Units of a purchase came back. Which units is decided once, by member-svc, in recorded order
    (P7).

    It takes effect at the later of its own and its purchase's `occurred_at`.
    """

    topic: ClassVar[str] = "loyalty.purchases"
    author: ClassVar[str] = "member-svc"

    fact_id: FactId
    source: str
    source_ref: str
    purchase_fact_id: FactId
    purchase_occurred_at: datetime
    lines: tuple[ReturnedLine, ...]
