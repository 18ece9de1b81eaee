"""What finance reads: liability, the journal for the general ledger, and every posting."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import Query
from starlette.responses import Response, StreamingResponse

from chassis.http import BeginDep, CauseDep, FieldError, Invalid, Router, TxDep
from chassis.http.read import NDJSON
from points_svc.handlers.export_postings import ExportAsk, export_postings
from points_svc.handlers.show_journal import show_journal
from points_svc.handlers.show_liability import show_liability
from points_svc.inbound.http.fields import FromDay, Moment, ToDay, demand_period
from points_svc.inbound.http.report_views import (
    CSV,
    EXPORTED,
    JournalLineView,
    JournalView,
    LiabilityView,
    as_csv,
    as_lines,
    exported,
)

JOURNAL_DAYS_MAX = 100
JOURNAL_LINES_MAX = 20_000
EXPORT_ROWS_MAX = 5_000

TEXT = {"schema": {"type": "string"}}

By = Annotated[Literal["day", "month"], Query()]
Form = Annotated[Literal["json", "csv"], Query(alias="format")]
ExportForm = Annotated[Literal["ndjson", "csv"], Query(alias="format")]

router = Router(tags=["reports"])


@router.get("/points:liability", scope="reports:read")
async def liability(
    tx: TxDep, by: Annotated[Literal["month"], Query()] = "month", known_at: Moment = None
) -> LiabilityView:
    """What the programme owes, by the month in which the lots end: granted, reversed, burned,
    expired (breakage), held, remaining, to the point what the accounts hold; as of `known_at`.
    """
    return LiabilityView.of(known_at or tx.now, await show_liability(tx, known_at))


@router.get(
    "/points:journal",
    scope="reports:read",
    response_model=JournalView,
    also={200: {"description": "The lines.", "content": {CSV: TEXT}}},
)
async def journal(
    tx: TxDep, begins_on: FromDay, ends_on: ToDay, by: By = "month", form: Form = "json"
) -> JournalView | Response:
    """What moved between accounts in [from, to), by day or month of recording in the programme's
    zone and by kind. A late fact stands where it became known, its month named.
    """
    demand_period(begins_on, ends_on, *([JOURNAL_DAYS_MAX] if by == "day" else []))
    found = await show_journal(tx, begins_on, ends_on, by, JOURNAL_LINES_MAX + 1)
    if len(found.rows) > JOURNAL_LINES_MAX:
        raise Invalid(FieldError("/to", "out_of_range"))
    view = JournalView.of(begins_on, ends_on, by, found)
    if form == "json":
        return view
    columns = list(JournalLineView.model_fields)
    lines = ([getattr(line, name) for name in columns] for line in view.lines)
    return Response(as_csv(columns, lines), media_type=CSV)


@router.get(
    "/points:export",
    scope="reports:read",
    response_class=StreamingResponse,
    also={200: {"description": "The postings.", "content": {NDJSON: TEXT, CSV: TEXT}}},
)
async def export(
    begin: BeginDep,
    cause: CauseDep,
    begins_on: FromDay,
    ends_on: ToDay,
    form: ExportForm = "ndjson",
) -> StreamingResponse:
    """Every posting recorded in [from, to), as NDJSON or CSV, in the order of the ledger's key. It
    is streamed: an answer that ends early is not whole.
    """
    demand_period(begins_on, ends_on)
    pages = export_postings(begin, cause, ExportAsk(begins_on, ends_on, EXPORT_ROWS_MAX))

    async def answer() -> AsyncIterator[bytes]:
        if form == "csv":
            yield as_csv(EXPORTED, ())
        async for page in pages:
            rows = [exported(row) for row in page]
            yield as_csv(EXPORTED, rows, has_header=False) if form == "csv" else as_lines(rows)

    return StreamingResponse(answer(), media_type=CSV if form == "csv" else NDJSON)
