"""How many members stand in each tier of a ladder."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tier_svc.domain.ladder import Ladder


class TierCount(NamedTuple):
    """Members who stand in a tier. `rank` is empty of a tier that only versions before had."""

    tier: str
    rank: int | None
    members: int


def tier_counts(ladder: Ladder, members: Mapping[str, int]) -> Sequence[TierCount]:
    """Every tier of a version, the lowest first, then those of versions before that members still
    stand in, by name.
    """
    own = [TierCount(tier, rank, members.get(tier, 0)) for tier, rank in ladder.ranks.items()]
    others = [
        TierCount(tier, None, members[tier]) for tier in sorted(members.keys() - ladder.ranks)
    ]
    return [*own, *others]
