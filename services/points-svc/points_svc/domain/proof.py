"""What the auditor's door shows: findings as they were kept, and the last anchor."""

from datetime import datetime
from typing import NamedTuple

FINDING_MAX = 9_223_372_036_854_775_807
"""No finding has a higher number."""


class Finding(NamedTuple):
    """A violation as it was kept: when it was found first on a day."""

    finding_id: int
    found_at: datetime
    invariant: str
    what: str
    member_id: str
    point_type: str
    seq: int
    posting_id: str
    numbers: str


class LastAnchor(NamedTuple):
    """The anchor that was made last."""

    anchored_at: datetime
    number: int
    heads: int
    root: bytes
    is_outside: bool
