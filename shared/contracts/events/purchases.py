"""What member-svc says of purchases, returns, activities and feedback, once their member is
known.
"""

from datetime import datetime
from typing import ClassVar

import msgspec

from contracts.events.base import Event
from contracts.ids import FactId


class PurchaseLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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


class Payment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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


class ReturnedLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came back of one line: units, or a part of the money for units that were kept.

    Units: `quantity` ≥ 1, and the kept value of the line shrinks by their share. A refund of value
    alone (price match, goodwill): `quantity` 0 and `refund_minor` ≥ 1, taken from the kept value of
    the line. Kept value is folded over the returns of the purchase by (occurred_at, fact_id).
    """

    line_id: str
    quantity: int
    refund_minor: int = 0


class PurchaseReturned(Event):
    """Units or value of a purchase came back. What comes back is decided once, by member-svc, in
    recorded order (P7).

    It takes effect at the later of its own and its purchase's `occurred_at`. A purchase that was
    voided at the till came back whole at its own instant: then `occurred_at` is the purchase's and
    `source_ref` too.
    """

    topic: ClassVar[str] = "loyalty.purchases"
    author: ClassVar[str] = "member-svc"

    fact_id: FactId
    source: str
    source_ref: str
    purchase_fact_id: FactId
    purchase_occurred_at: datetime
    lines: tuple[ReturnedLine, ...]


class ActivityRecorded(Event):
    """A member did something other than buying, or something happened to what they bought.

    `kind` is the channel's word for it (`checkin`, `delivered`). `attributes` are those that the
    programme lets out. `purchase_fact_id` names the purchase that it is about, where it is about
    one; that purchase is always told before it. `occasions` as in PurchaseRecorded.
    """

    topic: ClassVar[str] = "loyalty.purchases"
    author: ClassVar[str] = "member-svc"

    fact_id: FactId
    source: str
    source_ref: str
    enrolled_at: datetime
    kind: str
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    purchase_fact_id: FactId | None = None
    occasions: tuple[str, ...] = ()


class FeedbackRecorded(Event):
    """A member said what they think, or something became of a complaint of theirs (M10).

    `csat` has a `score` of 1 to 5, `nps` one of 0 to 10. A `complaint` has a `category`, which is
    the channel's word, and a `severity` (`low`, `medium`, `high`, `critical`). An `outcome` names a
    complaint by its `complaint_source` and `complaint_ref` and says its `state` from the later of
    both facts' `occurred_at` on: `open` (again), `resolved`, `withdrawn` or `unfounded`. The last
    by (`occurred_at`, `fact_id`) holds, and it may be told before its complaint; one whose
    complaint is another member's means nothing. What a member wrote is never said.
    `purchase_fact_id` names the purchase that it is about, where it is about one.
    """

    topic: ClassVar[str] = "loyalty.purchases"
    author: ClassVar[str] = "member-svc"

    fact_id: FactId
    source: str
    source_ref: str
    enrolled_at: datetime
    kind: str
    score: int | None = None
    category: str | None = None
    severity: str | None = None
    complaint_source: str | None = None
    complaint_ref: str | None = None
    state: str | None = None
    purchase_fact_id: FactId | None = None
