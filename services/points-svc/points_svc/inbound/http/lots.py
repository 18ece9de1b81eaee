"""How long lots last: what time will do to them, and changes by hand."""

from typing import Annotated

from pydantic import Field, model_validator

from chassis.http import Body, IdPath, Instant, Note200, Ref, Router, TxDep, View, example
from points_svc.domain.document_parts import refused
from points_svc.domain.extension import ExtensionAsk
from points_svc.domain.refusals import (
    EndNotLater,
    LotEnded,
    LotNotFound,
    LotWithoutEnd,
    MemberNotFound,
    NothingExpired,
    NothingLeft,
)
from points_svc.handlers.extend_lot import extend_lot
from points_svc.handlers.reinstate_lot import reinstate_lot
from points_svc.handlers.show_coming import show_coming
from points_svc.inbound.http.fields import DEFAULT_TYPE, PointTypeName
from points_svc.inbound.http.ledger_views import LotView

DAYS_MAX = 7_300

router = Router(tags=["points"])


class LongerBody(Body, json_schema_extra=example(days=30, reason="the shop was closed")):
    """Until when a lot lasts: an instant, or so many days. `reason` is for people and stays with
    the posting; `reason_code` is for reports, and all that an event says.
    """

    point_type: PointTypeName = DEFAULT_TYPE
    until: Instant | None = None
    days: Annotated[int, Field(ge=1, le=DAYS_MAX)] | None = None
    reason: Note200
    reason_code: Ref = "goodwill"

    @model_validator(mode="after")
    def _says_one(self) -> "LongerBody":
        if (self.until is None) == (self.days is None):
            raise refused("until_or_days")
        return self

    def ask(self, member_id: str, lot_id: str) -> ExtensionAsk:
        """What it asks of a lot."""
        return ExtensionAsk(
            member_id,
            lot_id,
            self.point_type,
            self.until,
            self.days or 0,
            self.reason,
            self.reason_code,
        )


class ComingView(View):
    """What becomes of a lot's points, if nothing else happens: they become `available`, are
    `forfeited`, `expires` with the lot, or are `lost` by being away.
    """

    at: Instant
    point_type: str
    lot_id: str
    points: int
    change: str


class ComingPage(View):
    """The next changes, the soonest first."""

    items: list[ComingView]


@router.get("/points/{member_id}/coming", scope="points:read", refuses=(MemberNotFound,))
async def coming(member_id: IdPath, tx: TxDep) -> ComingPage:
    """What time will do to a member's points next, lot by lot: at most 200 changes."""
    return ComingPage(
        items=[ComingView.model_validate(one) for one in await show_coming(tx, member_id)]
    )


@router.post(
    "/points/{member_id}/lots/{lot_id}/extend",
    scope="points:adjust",
    keyed=True,
    refuses=(MemberNotFound, LotNotFound, LotWithoutEnd, LotEnded, NothingLeft, EndNotLater),
)
async def extend(member_id: IdPath, lot_id: IdPath, body: LongerBody, tx: TxDep) -> LotView:
    """Let what is left of a lot last longer, `days` from its present end. What open holds have of
    it lasts longer too.
    """
    return LotView.model_validate(await extend_lot(tx, body.ask(member_id, lot_id)))


@router.post(
    "/points/{member_id}/lots/{lot_id}/reinstate",
    scope="points:adjust",
    keyed=True,
    refuses=(MemberNotFound, LotNotFound, NothingExpired, EndNotLater),
)
async def reinstate(member_id: IdPath, lot_id: IdPath, body: LongerBody, tx: TxDep) -> LotView:
    """Give back what of a lot was lost to time, to last `days` from now. It pays a deficit."""
    return LotView.model_validate(await reinstate_lot(tx, body.ask(member_id, lot_id)))
