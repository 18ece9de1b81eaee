"""What a posting rests on, as the compact binary that it carries: enough to rate it again and to
explain it.
"""

from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec.structs import replace


class Line(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One line of a purchase: `net_minor` of all its `units`, and what was discounted before that.

    Lines that were posted before rules looked at them have only their id, units and net.
    """

    line_id: str
    units: int
    net_minor: int
    sku: str = ""
    category: str = ""
    brand: str = ""
    discount_minor: int = 0


class Rate(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What was known of the member when a fact was rated: the tier, and the told interval that said
    so (none: the base tier); the segments and whether it was their first purchase, where the
    version looks at that.
    """

    tier: str
    told_from: datetime | None = None
    told_seq: int = 0
    segments: tuple[str, ...] = ()
    is_first: bool = False


class Allowance(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What was decided when a fact was recorded: `points` of a campaign, or under a cap that spans
    purchases (`cap.<rule>`), are the most that it will ever be given. `cut` is what it would have
    had besides, and `by` what cut it: `budget`, or the name of a cap.
    """

    name: str
    points: int
    cut: int = 0
    by: str = ""


UNRATED = Rate("")


class AccrualBasis(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An accrual's own: the facts as they came, and the first rate. An activity has no lines.

    Of a purchase's postings the first carries the facts; in the others `lines` is None, and they
    are read together with it. Before rules had conditions every posting carried its own facts, and
    in the place of `currency` whether it was another than the version's.
    """

    lines: tuple[Line, ...] | None
    rate: Rate = UNRATED
    is_before_enrolment: bool = False
    currency: str | bool = ""
    store_id: str = ""
    source: str = ""
    payments: tuple[str, ...] = ()
    attributes: dict[str, str] = {}
    occasions: tuple[str, ...] = ()
    activity: str = ""
    allowed: tuple[Allowance, ...] = ()

    def shared(self, own: "AccrualBasis") -> "AccrualBasis":
        """These facts, as another posting of the same purchase rated them: `own` is what it
        carries. What was allowed is of each posting alone.
        """
        rate = own.rate if own.rate != UNRATED else self.rate
        if rate is self.rate and not self.allowed and not own.allowed:
            return self
        return replace(self, rate=rate, allowed=own.allowed)


class ChangeBasis(msgspec.Struct, array_like=True, frozen=True):
    """A reversal's or re-rating's own: its purchase, the rate used, the returns known then in their
    order, the sums.
    """

    purchase_fact_id: str
    rate: Rate
    returns: tuple[str, ...]
    target: int
    posted: int


class DecisionBasis(msgspec.Struct, array_like=True, frozen=True):
    """A decision's own: who asked for it, in which request, under which name, and why: a
    purpose, or free text with a code of its own; the second person, where there was one; and which
    channel's decision it was, where it was one's, through whatever key.
    """

    actor: str
    request_id: str
    name: str
    reason: str
    reason_code: str = ""
    approved_by: str = ""
    source: str = ""


class LotBasis(msgspec.Struct, array_like=True, frozen=True):
    """What holds of a lot's time from a posting on: its dates, and whose decision that was, or the
    activity that brought it about (neither: time's).
    """

    lot_id: str
    available_from: datetime
    expires_at: datetime | None
    by: DecisionBasis | None = None
    activity_fact_id: str = ""


class Portion(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One lot's part of a movement: `points` taken from what remains of it (negative: given back to
    it), and what that adds to its expired part (negative: taken out of it).
    """

    lot_id: str
    points: int
    expired: int = 0


S = TypeVar("S", AccrualBasis, ChangeBasis, DecisionBasis, LotBasis, tuple[Portion, ...])

packed = msgspec.msgpack.Encoder().encode


PACKED_SHARED = packed([None])
"""What the other postings of a purchase carry: they share the facts of the first."""


def unpacked(raw: bytes, kind: type[S]) -> S:
    """A value read back from its binary."""
    return msgspec.msgpack.decode(raw, type=kind)
