"""What others hear of ladders (E4)."""

from datetime import datetime

import msgspec

from contracts.events.tiers import LadderPublished
from contracts.ids import EventId, MemberId
from tier_svc.domain.publications import EVERYONE, Publication

NOBODY = MemberId("")


def ladder_published(made: Publication, place: int, now: datetime) -> LadderPublished:
    """A version was put in force, as the ladder's publication number `place`."""
    return LadderPublished(
        event_id=EventId(f"ladder:{made.ladder.name}:{place}"),
        member_id=NOBODY,
        occurred_at=made.effective_from or now,
        recorded_at=now,
        version=str(made.ladder.version),
        ladder=made.ladder.name,
        tiers=tuple(rung.tier for rung in made.ladder.rungs),
        effective_from=made.effective_from,
        migration=str(made.migration),
        share_percent=made.share * 100 // EVERYONE,
    )


def ladder_withdrawn(made: Publication, place: int, now: datetime) -> LadderPublished:
    """The publication was withdrawn now."""
    said = ladder_published(made, place, now)
    event_id = EventId(f"{said.event_id}:withdrawn")
    return msgspec.structs.replace(said, event_id=event_id, occurred_at=now, is_withdrawn=True)
