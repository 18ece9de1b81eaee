"""Where facts stand, and the queue that people work off."""

from typing import Annotated, Literal

from fastapi import Query

from chassis.auth import Caller
from chassis.http import Body, CallerDep, IdPath, Note200, PageDep, RefPath, Router, TxDep, example
from chassis.http.bodies import REF_PATTERN
from member_svc.domain.facts import Kind
from member_svc.domain.refusals import (
    FactNotFound,
    NotInReview,
    PurchaseRejected,
    ReturnExceedsPurchase,
    TooManyReturns,
)
from member_svc.handlers.accept_fact import accept_fact
from member_svc.handlers.reject_fact import reject_fact
from member_svc.inbound.http.fact_views import DecisionView, FactsPage, FactView
from member_svc.inbound.programme import TermsDep, VaultDep
from member_svc.store import views

Open = Literal["unclaimed", "waiting", "review", "rejected"]

REVIEW = "fact:review"

router = Router(tags=["facts"])


class DecisionBody(Body, json_schema_extra=example(reason="the till was offline for a week")):
    """Why somebody decided so."""

    reason: Note200


def visible_source(named: str | None, caller: Caller) -> str | None:
    """Whose facts a caller asks to see: its own, or any source's where it works off the queues;
    None: it may not.
    """
    source = named or caller.source
    return source if source == caller.source or REVIEW in caller.scopes else None


@router.get("/facts/{kind}/{source_ref}", scope="fact:read", refuses=(FactNotFound,))
async def find(
    kind: Kind,
    source_ref: RefPath,
    tx: TxDep,
    caller: CallerDep,
    source: Annotated[str | None, Query(pattern=REF_PATTERN)] = None,
) -> FactView:
    """Where the caller's own fact stands. Who works off the queues sees that of any `source`."""
    told_by = visible_source(source, caller)
    row = None if told_by is None else await views.find_fact(tx, told_by, kind, source_ref)
    if row is None:
        raise FactNotFound
    return FactView.of(row)


@router.get("/facts", scope=REVIEW)
async def standing(
    tx: TxDep, page: PageDep, status: Annotated[Open, Query()] = "review"
) -> FactsPage:
    """Facts that do not count (yet), of all sources, oldest business first."""
    after = str(page.after[0]) if page.after else ""
    rows = await views.facts_standing(tx, status, after, page.wanted)
    return FactsPage(**page.show(rows, FactView.of, lambda row: [row.fact_id]))


@router.post(
    "/facts/{fact_id}/accept",
    scope=REVIEW,
    refuses=(FactNotFound, NotInReview, PurchaseRejected, ReturnExceedsPurchase, TooManyReturns),
)
async def accept(
    fact_id: IdPath, body: DecisionBody, tx: TxDep, vault: VaultDep, terms: TermsDep
) -> DecisionView:
    """Let a fact in: as if it had been told in time."""
    status = await accept_fact(tx, vault, terms, fact_id, body.reason)
    return DecisionView(fact_id=fact_id, status=status)


@router.post("/facts/{fact_id}/reject", scope=REVIEW, refuses=(FactNotFound, NotInReview))
async def reject(fact_id: IdPath, body: DecisionBody, tx: TxDep) -> DecisionView:
    """Refuse a fact for good."""
    return DecisionView(fact_id=fact_id, status=await reject_fact(tx, fact_id, body.reason))
