"""What every event says (api.md §7)."""

from datetime import datetime
from typing import ClassVar, dataclass_transform

import msgspec

from contracts.ids import EventId, MemberId


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A fact that a service tells the others. Immutable; a change of meaning is a new class, never
    an edit.

    `event_id` is deterministic for facts, so that saying it twice is saying it once. `occurred_at`
    is when it took
    effect in the world, `recorded_at` when its author learned of it, both UTC. `version` names the
    rule, ladder,
    catalog or settings version that made it. The topic's key is the member id.
    """

    topic: ClassVar[str]
    author: ClassVar[str]
    schema_version: ClassVar[int] = 1

    event_id: EventId
    member_id: MemberId
    occurred_at: datetime
    recorded_at: datetime
    version: str
