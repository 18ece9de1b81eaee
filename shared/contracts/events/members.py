"""What member-svc says of members."""

from datetime import datetime
from typing import ClassVar

from contracts.events.base import Event


class MemberEnrolled(Event):
    """Someone joined. `occurred_at` is `enrolled_at`; it never changes."""

    topic: ClassVar[str] = "loyalty.members"
    author: ClassVar[str] = "member-svc"

    enrolled_at: datetime
