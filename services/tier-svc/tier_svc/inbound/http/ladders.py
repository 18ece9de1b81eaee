"""Ladders: drafted, read, published. Versions are immutable."""

from typing import Annotated

from fastapi import Path
from pydantic import BeforeValidator

from chassis.http import Instant, PageDep, Replayed, Router, TxDep, View
from tier_svc.domain.draft import LadderWritten, RungWritten
from tier_svc.domain.refusals import (
    LadderInvalid,
    LadderMigrationRequired,
    LadderNotFound,
    ProgrammeUnpublished,
)
from tier_svc.handlers.draft_ladder import draft_ladder
from tier_svc.handlers.publish_ladder import publish_ladder
from tier_svc.store import ladders as store
from tier_svc.store.ladders import LadderRow

router = Router(tags=["ladders"])

VERSION_MAX = 2**31 - 1


def _digits(version: str) -> str:
    """Digits only: a number has one name."""
    if not version.isascii() or not version.isdigit() or version.startswith("0"):
        raise ValueError("no version")
    return version


VersionPath = Annotated[int, Path(ge=1, le=VERSION_MAX), BeforeValidator(_digits)]


class LadderView(View):
    """A version of a ladder, lowest rung first. `state` is `draft` or `published`."""

    version: int
    name: str
    state: str
    rungs: list[RungWritten]
    drafted_at: Instant
    published_at: Instant | None


class LaddersView(View):
    """Versions, newest first."""

    items: list[LadderView]
    next_cursor: str | None


@router.get("/ladders", scope="standing:read")
async def list_ladders(tx: TxDep, page: PageDep) -> LaddersView:
    """All versions, newest first."""
    before = page.after[0] if page.after else None
    rows = await store.newest_ladders(tx, before, page.limit + 1)
    items = [_view(row) for row in rows[: page.limit]]
    after = [items[-1].version] if len(rows) > page.limit else None
    return LaddersView.model_validate(page.answer(items, after))


@router.post("/ladders", status_code=201, scope="ladder:write", refuses=(LadderInvalid,))
async def post_ladder(body: LadderWritten, tx: TxDep) -> LadderView:
    """Keep a draft. The same ladder again is the version that it is already."""
    row, is_new = await draft_ladder(tx, body)
    if not is_new:
        raise Replayed(_view(row))
    return _view(row)


@router.get("/ladders/{version}", scope="standing:read", refuses=(LadderNotFound,))
async def read_ladder(version: VersionPath, tx: TxDep) -> LadderView:
    """One version."""
    row = await store.find_ladder(tx, version)
    if row is None:
        raise LadderNotFound
    return _view(row)


@router.post(
    "/ladders/{version}/publish",
    scope="ladder:write",
    refuses=(LadderNotFound, LadderMigrationRequired, ProgrammeUnpublished),
)
async def post_publication(version: VersionPath, tx: TxDep) -> LadderView:
    """Put a version in force, from the beginning of time. Publishing it again changes nothing."""
    row, is_new = await publish_ladder(tx, version)
    if not is_new:
        raise Replayed(_view(row))
    return _view(row)


def _view(row: LadderRow) -> LadderView:
    return LadderView(
        version=row.version,
        name=row.written.name,
        state="draft" if row.published_at is None else "published",
        rungs=row.written.rungs,
        drafted_at=row.drafted_at,
        published_at=row.published_at,
    )
