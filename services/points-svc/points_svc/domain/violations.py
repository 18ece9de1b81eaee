"""What the auditor can find, and how it is said."""

from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec


class Violation(NamedTuple):
    """A rule that does not hold, and where: the posting is named by account and seq, and by its id
    where that is known. `numbers` are JSON: what stands, and what should.
    """

    invariant: str
    what: str
    seq: int
    posting_id: str
    numbers: str


@dataclass
class Violations:
    """The violations of one account, in the order in which they were found."""

    found: list[Violation] = field(default_factory=list)

    def add(
        self, rule: tuple[str, str], seq: int, posting_id: str = "", **numbers: int | str
    ) -> None:
        """Note one. `rule` is (invariant, what is wrong)."""
        said = msgspec.json.encode(numbers).decode()
        self.found.append(Violation(*rule, seq, posting_id, said))


CHANGED = ("I17", "posting_changed")
MISSING = ("I17", "posting_missing")
TWICE = ("I17", "posting_twice")
NOT_AS_ANCHORED = ("I17", "not_as_anchored")
ACCOUNT_MISSING = ("I17", "account_missing")
HEAD = ("I17", "head_changed")
CONSERVATION = ("I1", "points_appeared")
BALANCE = ("I2", "balance")
AVAILABLE_AFTER = ("I2", "available_after")
LOTS = ("I2", "lots")
DRAWS = ("I2", "draws")
BELOW_ZERO = ("I3", "below_zero")
DEFICIT = ("I3", "deficit_from_elsewhere")
HELD = ("I3", "held")
HOLD_ENDS = ("I6", "hold_ends")
HOLD_OVERDUE = ("I6", "hold_overdue")
LOT_OVERDRAWN = ("I8", "lot_overdrawn")
LOT_ENDED = ("I8", "drawn_after_its_end")
BURN_ORDER = ("I8", "burn_order")
FORGOTTEN = ("I8", "forgotten")
