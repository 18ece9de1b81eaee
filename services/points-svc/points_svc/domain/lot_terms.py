"""What holds of a lot's time since a posting, where it is not what the lot was posted with: it
became available, was forfeit, or lasts longer. Rows are added; nothing posted is changed (P2).
"""

from datetime import datetime
from typing import NamedTuple

from points_svc.domain.lots import Lot


class LotTerm(NamedTuple):
    """A lot's dates and stage from the posting `seq` of its account on. The last one counts."""

    member_id: str
    lot_id: str
    point_type: str
    seq: int
    recorded_at: datetime
    available_from: datetime
    expires_at: datetime | None
    stage: str
    awaits: str
    forfeits: bool
    away_since: datetime | None
    counted_from: datetime | None

    @classmethod
    def of(
        cls, lot: Lot, member_id: str, point_type: str, seq: int, recorded_at: datetime
    ) -> "LotTerm":
        """What a lot says of itself now."""
        return cls(
            member_id,
            lot.lot_id,
            point_type,
            seq,
            recorded_at,
            lot.available_from,
            lot.expires_at,
            lot.stage,
            lot.awaits,
            lot.forfeits,
            lot.away_since,
            lot.counted_from,
        )
