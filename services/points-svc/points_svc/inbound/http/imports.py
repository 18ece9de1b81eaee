"""Opening balances of another programme: in by lines, reconciled by batches."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from fastapi import Query, Response

from chassis.http import (
    Body,
    CallerDep,
    Day,
    FieldError,
    Instant,
    Invalid,
    LinesDep,
    PageDep,
    PositiveCount,
    Ref,
    RefPath,
    Router,
    TxDep,
    View,
    answer_lines,
    read_lines,
)
from chassis.http.problems import problem
from contracts.refusal import Refusal
from points_svc.domain.imports import BatchSum, ImportAsk
from points_svc.domain.move_refusals import ImportNotFound
from points_svc.handlers.import_balances import Answer, ImportBatch, import_balances
from points_svc.handlers.list_refused_lines import list_refused_lines
from points_svc.handlers.reconcile_import import reconcile_import
from points_svc.inbound.http.fields import (
    DEFAULT_TYPE,
    YEAR_MAX,
    YEAR_MIN,
    PointTypeName,
)

OPENING = "opening-balances"

router = Router(tags=["imports"])


class ImportLine(Body):
    """Points that a member had elsewhere, since `accrued_on` (today where it is not said).
    `import_ref` names the line for ever. They last to `expires_at`, or through `expires_on`, or
    (neither) as points of this programme accrued then would.
    """

    import_ref: Ref
    member_id: Ref
    point_type: PointTypeName = DEFAULT_TYPE
    points: PositiveCount
    accrued_on: Day | None = None
    expires_at: Instant | None = None
    expires_on: Day | None = None

    def ask(self) -> ImportAsk:
        """What the line asks. Refusals: Invalid."""
        if self.expires_at is not None and self.expires_on is not None:
            raise Invalid(FieldError("/expires_on", "not_allowed"))
        for name in ("accrued_on", "expires_at", "expires_on"):
            said = getattr(self, name)
            if said is not None and not YEAR_MIN < said.year < YEAR_MAX:
                raise Invalid(FieldError(f"/{name}", "out_of_range"))
        return ImportAsk(**dict(self))


class ImportedView(View):
    """A line that was posted as a lot."""

    import_ref: str
    member_id: str
    point_type: str
    points: int
    lot_id: str
    expires_at: Instant | None
    recorded_at: Instant


class CountView(View):
    """So many lines of so many points."""

    lines: int
    points: int


class RefusedView(CountView):
    """Lines that were refused alike."""

    code: str


class SourceView(View):
    """A source's lines of a batch: `lines` = `posted` + `refused`, line by line and to the point.
    `ledger` is what stands in the ledger of the posted ones, `is_reconciled` whether that is equal.
    """

    source: str
    lines: int
    points: int
    posted: CountView
    refused: list[RefusedView]
    ledger: CountView
    is_reconciled: bool


class ReconciliationView(View):
    """A batch, source by source."""

    batch: str
    sources: list[SourceView]


class RefusedLine(View):
    """A line that was refused, and may come again."""

    source: str
    import_ref: str
    member_id: str
    point_type: str
    points: int
    code: str
    recorded_at: Instant


class RefusedPage(View):
    """Refused lines, by source and name."""

    items: list[RefusedLine]
    next_cursor: str | None


@router.post("/points/imports:batch", scope="points:import", lines=True)
async def take_over(
    lines: LinesDep, tx: TxDep, caller: CallerDep, batch: Annotated[Ref, Query()] = OPENING
) -> Response:
    """Post up to 5,000 lots that members had elsewhere, one a line; each is answered as if it had
    come alone. The same line again is answered as before, whichever batch it comes in.
    """
    read = await read_lines(lines, ImportLine, ImportLine.ask)
    asks = [one for one in read if isinstance(one, ImportAsk)]
    done = iter(await import_balances(tx, ImportBatch(caller.source, batch, asks)) if asks else [])
    answers = [
        {"line": number, **_answer(one, done, tx.cause.request_id)}
        for number, one in enumerate(read, 1)
    ]
    return answer_lines(answers)


@router.get("/points:imports/{batch}", scope="reports:read", refuses=(ImportNotFound,))
async def reconcile(batch: RefPath, tx: TxDep) -> ReconciliationView:
    """Whether what came in is what was posted and refused, and stands in the ledger, to the
    point.
    """
    sums = await reconcile_import(tx, batch)
    names = sorted({one.source for one in sums})
    sources = [_of_source(name, [one for one in sums if one.source == name]) for name in names]
    return ReconciliationView(batch=batch, sources=sources)


@router.get("/points:imports/{batch}/refused", scope="reports:read")
async def refused(batch: RefPath, page: PageDep, tx: TxDep) -> RefusedPage:
    """The lines of a batch that were refused and did not come again, mended, since."""
    source, import_ref = page.after or ("", "")
    found = await list_refused_lines(tx, batch, (source, import_ref), page.wanted)
    shown = page.show(found, RefusedLine.model_validate, lambda one: [one.source, one.import_ref])
    return RefusedPage(**shown)


def _answer(
    read: ImportAsk | Refusal, done: Iterator[Answer | Refusal], request_id: str
) -> dict[str, Any]:
    """A line's answer; one that could be read is named by its `import_ref`."""
    if isinstance(read, Refusal):
        return problem(read, request_id)
    made = next(done)
    if isinstance(made, Refusal):
        return {"import_ref": read.import_ref, **problem(made, request_id)}
    view = ImportedView.model_validate(made.line)
    return {"status": 200 if made.is_replayed else 201, **view.model_dump(mode="json")}


def _of_source(source: str, sums: Sequence[BatchSum]) -> SourceView:
    posted = CountView(
        lines=sum(one.lines for one in sums if not one.code),
        points=sum(one.points for one in sums if not one.code),
    )
    ledger = CountView(
        lines=sum(one.ledger_lines for one in sums), points=sum(one.ledger_points for one in sums)
    )
    return SourceView(
        source=source,
        lines=sum(one.lines for one in sums),
        points=sum(one.points for one in sums),
        posted=posted,
        refused=[RefusedView.model_validate(one) for one in sums if one.code],
        ledger=ledger,
        is_reconciled=posted == ledger,
    )
