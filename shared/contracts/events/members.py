"""What member-svc says of members."""

from datetime import datetime
from typing import ClassVar

from contracts.events.base import Event


class MemberEnrolled(Event):
    """Someone joined. `occurred_at` is `enrolled_at`; it never changes."""

    topic: ClassVar[str] = "loyalty.members"
    author: ClassVar[str] = "member-svc"

    enrolled_at: datetime


class MemberStatusChanged(Event):
    """What a member may do changed, from `occurred_at` on (M9).

    `active`: everything. `suspended`: accrues, cannot burn. `banned` and `closed`: neither; whether
    a fact of theirs counts is decided at intake, by member-svc, so whoever hears it stops burns and
    leaves accruals alone. `revision` grows with each change; consumers keep the highest.
    Why is never said: it is somebody's words about a person.
    """

    topic: ClassVar[str] = "loyalty.members"
    author: ClassVar[str] = "member-svc"

    status: str
    revision: int


class SegmentEvent(Event):
    """What both events of a segment share.

    `occurred_at` is the instant from which it holds. `seq` counts a member's messages of one
    segment from 1: for each instant, the one with the highest `seq` that begins by then is true.
    `version` is the segment's.
    """

    topic: ClassVar[str] = "loyalty.members"
    author: ClassVar[str] = "member-svc"

    segment: str
    seq: int


class SegmentEntered(SegmentEvent):
    """A member belongs to a segment."""


class SegmentLeft(SegmentEvent):
    """A member no longer belongs to a segment."""
