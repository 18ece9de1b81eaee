"""Take over opening balances of another programme."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from chassis.tx import Tx
from contracts.refusal import Refusal
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.books import Books
from points_svc.domain.imports import (
    REASON_CODE,
    ImportAsk,
    Imported,
    OpeningLot,
    opening_lot,
    post_opening,
)
from points_svc.domain.move_refusals import ImportConflict
from points_svc.domain.refusals import MemberNotFound
from points_svc.handlers.open_books import open_books
from points_svc.handlers.post_books import post_books
from points_svc.store import accounts, imports, programme

Lot = OpeningLot | Refusal


class ImportBatch(NamedTuple):
    """Lines of a source, under the name of what they are reconciled by."""

    source: str
    batch: str
    asks: Sequence[ImportAsk]


class Answer(NamedTuple):
    """What became of a line; `is_replayed` where it was posted before."""

    line: Imported
    is_replayed: bool


async def import_balances(tx: Tx, batch: ImportBatch) -> list[Answer | Refusal]:
    """Post each line whose name was not posted before, once; one answer for each, in order. What is
    refused is kept too, and may come again.

    Refusals, line by line: MemberNotFound, PointTypeNotBurnable, ImportAhead, ImportEnded,
    ImportConflict, BalanceTooLarge.
    """
    await imports.lock_imports(tx, batch.source)
    known = await imports.find_imported(tx, batch.source, (ask.import_ref for ask in batch.asks))
    posted = {ref: line for ref, line in known.items() if not line.code}
    fresh: dict[str, ImportAsk] = {}
    for ask in batch.asks:
        if ask.import_ref not in posted:
            fresh.setdefault(ask.import_ref, ask)
    results = await _post(tx, batch, list(fresh.values())) if fresh else {}
    first = set(fresh)
    answers: list[Answer | Refusal] = []
    for ask in batch.asks:
        result = results.get(ask.import_ref) or posted[ask.import_ref]
        answers.append(_answer(ask, fresh.get(ask.import_ref), result, ask.import_ref not in first))
        first.discard(ask.import_ref)
    return answers


def _answer(
    ask: ImportAsk, said: ImportAsk | None, result: Imported | Refusal, is_replayed: bool
) -> Answer | Refusal:
    """A line that says something else under a name that is taken is refused."""
    asked = said.asked if said else result.asked if isinstance(result, Imported) else b""
    if ask.asked != asked:
        return ImportConflict()
    return result if isinstance(result, Refusal) else Answer(result, is_replayed)


async def _post(
    tx: Tx, batch: ImportBatch, asks: Sequence[ImportAsk]
) -> dict[str, Imported | Refusal]:
    lots = await _lots(tx, asks)
    good = [lot for lot in lots.values() if isinstance(lot, OpeningLot)]
    books = await _open(tx, good)
    results: dict[str, Imported | Refusal] = {}
    kept: list[Imported] = []
    for ask in asks:
        lot = lots[ask.import_ref]
        made = _post_line(tx, batch, books, lot)
        line = _line(tx, batch, ask, made)
        if isinstance(lot, OpeningLot) and not line.code:
            line = replace(line, expires_at=lot.expires_at)
        kept.append(line)
        results[ask.import_ref] = made if isinstance(made, Refusal) else line
    for book in books.all():
        book.close_spent()
    await post_books(tx, books)
    await imports.keep_imported(tx, kept)
    return results


async def _lots(tx: Tx, asks: Sequence[ImportAsk]) -> Mapping[str, Lot]:
    """The lot of each line, or why it has none."""
    rules = await programme.rules_now(tx)
    known = await imports.known_of(tx, (ask.member_id for ask in asks))
    lots: dict[str, Lot] = {}
    for ask in asks:
        try:
            if ask.member_id not in known:
                raise MemberNotFound
            lots[ask.import_ref] = opening_lot(ask, rules, tx.now)
        except Refusal as refusal:
            lots[ask.import_ref] = refusal
    return lots


async def _open(tx: Tx, lots: Sequence[OpeningLot]) -> Books:
    """The accounts of these lots, locked and judged now."""
    locked = []
    for point_type in sorted({lot.ask.point_type for lot in lots}):
        members = [lot.ask.member_id for lot in lots if lot.ask.point_type == point_type]
        locked += await accounts.touch_accounts(tx, members, [point_type])
    return await open_books(tx, locked)


def _line(tx: Tx, batch: ImportBatch, ask: ImportAsk, made: str | Refusal) -> Imported:
    return Imported(
        batch.source,
        ask.import_ref,
        batch.batch,
        ask.member_id,
        ask.point_type,
        ask.points,
        ask.asked,
        made.code if isinstance(made, Refusal) else "",
        made if isinstance(made, str) else "",
        None,
        tx.now,
    )


def _post_line(tx: Tx, batch: ImportBatch, books: Books, lot: Lot) -> str | Refusal:
    if isinstance(lot, Refusal):
        return lot
    by = DecisionBasis(
        tx.cause.actor, tx.cause.request_id, lot.ask.import_ref, batch.batch, REASON_CODE
    )
    try:
        return post_opening(books.of(lot.ask.member_id, lot.ask.point_type), lot, batch.source, by)
    except Refusal as refusal:
        return refusal
