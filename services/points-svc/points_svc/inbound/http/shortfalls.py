"""Shortfalls of returns that stand for review, and what staff say becomes of them (P7)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from chassis.http import Body, IdPath, Instant, Note200, PageDep, Ref, Router, TxDep, View, example
from points_svc.domain.postings import posting_id
from points_svc.domain.refusals import ShortfallNotFound, ShortfallSettled
from points_svc.domain.shortfalls import Shortfall
from points_svc.handlers.list_shortfalls import Place, list_shortfalls
from points_svc.handlers.settle_shortfall import SettlementAsk, settle_shortfall

ShortfallPath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}\.[a-z0-9_-]{1,64}$")]

router = Router(tags=["points"])


class SettlementBody(Body, json_schema_extra=example(state="forgiven", reason="our mistake")):
    """What becomes of a shortfall, and why: `reason` is for people."""

    state: Literal["forgiven", "owed"]
    reason: Note200
    reason_code: Ref = "review"


class ShortfallView(View):
    """Points that a return could not take back: `open`, `forgiven` or `owed`. It is named by the
    posting that opened it.
    """

    shortfall_id: str
    member_id: str
    point_type: str
    points: int
    occurred_at: Instant
    recorded_at: Instant
    state: str
    settled_at: Instant | None
    settled_by: str | None
    reason: str | None

    @classmethod
    def of(cls, one: Shortfall) -> "ShortfallView":
        """The shortfall, as staff see it."""
        named = {"shortfall_id": posting_id(one.fact_id, one.part)}
        shown = {name: value for name, value in vars(one).items() if name in cls.model_fields}
        return cls(**named, **shown)


class ShortfallPage(View):
    """Some shortfalls, the oldest first."""

    items: list[ShortfallView]
    next_cursor: str | None


@router.get("/shortfalls", scope="points:adjust")
async def open_shortfalls(page: PageDep, tx: TxDep) -> ShortfallPage:
    """The shortfalls that wait to be settled, of all members, the oldest first."""
    after: Place | None = None
    if page.after is not None:
        at, member_id, fact_id, part = page.after
        after = (datetime.fromisoformat(at), member_id, fact_id, part)
    found = await list_shortfalls(tx, after, page.wanted)
    return ShortfallPage(
        **page.show(
            found,
            ShortfallView.of,
            lambda one: [one.recorded_at, one.member_id, one.fact_id, one.part],
        )
    )


@router.post(
    "/points/{member_id}/shortfalls/{shortfall_id}/settle",
    scope="points:adjust",
    keyed=True,
    refuses=(ShortfallNotFound, ShortfallSettled),
)
async def settle(
    member_id: IdPath, shortfall_id: ShortfallPath, body: SettlementBody, tx: TxDep
) -> ShortfallView:
    """Forgive a shortfall, or take it after all: from what can be burned, the rest as a deficit."""
    fact_id, _, part = shortfall_id.partition(".")
    ask = SettlementAsk(member_id, fact_id, part, body.state, body.reason, body.reason_code)
    return ShortfallView.of(await settle_shortfall(tx, ask))
