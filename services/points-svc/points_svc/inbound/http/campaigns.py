"""How campaigns stand: what their budgets have given, and whom they cut."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path
from pydantic import Field

from chassis.http import Instant, PageDep, Router, TxDep, View
from points_svc.domain.allowances import CutAt
from points_svc.domain.programme import NAME
from points_svc.domain.refusals import CampaignNotFound, RulesNotFound
from points_svc.handlers.show_campaigns import CampaignStanding, show_campaigns
from points_svc.handlers.show_cuts import show_cuts
from points_svc.inbound.http.rules import VersionPath

CUT_COUNTED_MAX = 10_000
FROM_THE_START = (datetime(1970, 1, 1, tzinfo=UTC), "", "")

CampaignPath = Annotated[str, Path(pattern=NAME)]

router = Router(tags=["accrual-rules"])


class CampaignView(View):
    """A campaign. `spent` is what it has given, over all versions that carry it; `left` what is
    left of the budget as this version says it. `cut_facts` counts to 10,000, which is that or more;
    `cut_points` is the points of those.
    """

    campaign: str
    point_type: str
    from_: str = Field(serialization_alias="from")
    to: str
    budget: int
    spent: int
    left: int
    last_at: Instant | None
    cut_facts: int
    cut_points: int

    @classmethod
    def of(cls, standing: CampaignStanding) -> "CampaignView":
        """One campaign."""
        written = standing.written
        return cls(
            campaign=written.campaign,
            point_type=written.point_type,
            from_=written.begins,
            to=written.ends,
            budget=written.budget,
            spent=standing.spent,
            left=standing.left,
            last_at=standing.last_at,
            cut_facts=standing.cut_facts,
            cut_points=standing.cut_points,
        )


class CampaignsView(View):
    """The campaigns of a version, as they are written."""

    items: list[CampaignView]


class CutView(View):
    """A purchase or activity that would have had `cut` points more, had it not been for `by`:
    `budget`, or the name of a cap.
    """

    recorded_at: Instant
    member_id: str
    fact_id: str
    given: int
    cut: int
    by: str


class CutPage(View):
    """Some of those that were cut, in the order in which they were recorded."""

    items: list[CutView]
    next_cursor: str | None


@router.get("/accrual-rules/{version}/campaigns", scope="points:read", refuses=(RulesNotFound,))
async def list_campaigns(version: VersionPath, tx: TxDep) -> CampaignsView:
    """What each campaign of a version has given, what is left, and how many facts it cut."""
    found = await show_campaigns(tx, version, CUT_COUNTED_MAX)
    return CampaignsView(items=[CampaignView.of(standing) for standing in found])


@router.get(
    "/accrual-rules/{version}/campaigns/{campaign}/cuts",
    scope="points:read",
    refuses=(RulesNotFound, CampaignNotFound),
)
async def list_cuts(
    version: VersionPath, campaign: CampaignPath, page: PageDep, tx: TxDep
) -> CutPage:
    """Whom a campaign cut, by its budget or a cap; over all versions that carry it."""
    found = await show_cuts(tx, version, campaign, _after(page.after), page.wanted)
    return CutPage(**page.show(found, _view, _key))


def _view(cut: CutAt) -> CutView:
    return CutView.model_validate(cut._asdict())


def _key(cut: CutAt) -> tuple[datetime, str, str]:
    return cut.recorded_at, cut.member_id, cut.fact_id


def _after(cursor: Sequence[str] | None) -> tuple[datetime, str, str]:
    if cursor is None:
        return FROM_THE_START
    at, member_id, fact_id = cursor
    return datetime.fromisoformat(at), member_id, fact_id
