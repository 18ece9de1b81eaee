"""The rows of the journal and of an export."""

from datetime import datetime
from typing import NamedTuple


class JournalRow(NamedTuple):
    """What the facts of a month moved from one account to another in a day or month."""

    period: str
    point_type: str
    kind: str
    debit: str
    credit: str
    occurred_month: str
    postings: int
    points: int


class Exported(NamedTuple):
    """A posting as it is taken out: all but what it rests on."""

    member_id: str
    fact_id: str
    part: str
    point_type: str
    kind: str
    debit: str
    credit: str
    points: int
    occurred_at: datetime
    recorded_at: datetime
    rule_version: int | None
    revision: int
    available_from: datetime | None
    expires_at: datetime | None
    seq: int
    hash: bytes
