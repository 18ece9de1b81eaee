"""How many members stand in each tier."""

from typing import Annotated

from fastapi import Path

from chassis.http import Instant, Router, TxDep, View
from chassis.http.bodies import REF_PATTERN
from tier_svc.domain.refusals import LadderNotFound
from tier_svc.handlers.count_members import count_members

router = Router(tags=["ladders"])


class TierCountView(View):
    """Members who stand in a tier; without a `rank` it is one of versions before."""

    tier: str
    rank: int | None
    members: int


class DistributionView(View):
    """All members of a ladder. `due` of them stand elsewhere already and are counted there in a
    few seconds. Until every member has been told of a version that was published or withdrawn
    (`is_told`), those whom that has not reached yet are counted where they stood before.
    """

    ladder: str
    as_of: Instant
    members: int
    due: int
    is_told: bool
    tiers: list[TierCountView]


@router.get(
    "/ladders/{name}/distribution",
    scope="reports:read",
    patient=True,
    refuses=(LadderNotFound,),
)
async def read_distribution(
    name: Annotated[str, Path(pattern=REF_PATTERN)], tx: TxDep
) -> DistributionView:
    """How many members stand in each tier of a ladder in force, the lowest first."""
    found = await count_members(tx, name)
    return DistributionView(
        ladder=name,
        as_of=tx.now,
        members=sum(one.members for one in found.tiers),
        due=found.due,
        is_told=found.is_told,
        tiers=[TierCountView(**one._asdict()) for one in found.tiers],
    )
