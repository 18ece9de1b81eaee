"""Ladders: drafted, read, published. Versions are immutable."""

from typing import Annotated

from fastapi import Path
from pydantic import BeforeValidator, Field, Strict

from chassis.http import Body, Instant, PageDep, Replayed, Router, TxDep, View
from tier_svc.domain.draft import LadderWritten, OnReturnWritten, RungWritten
from tier_svc.domain.grounds import Migration
from tier_svc.domain.publications import EVERYONE
from tier_svc.domain.publishing import PublicationAsk
from tier_svc.domain.refusals import (
    EffectiveInPast,
    LadderInvalid,
    LadderMigrationRequired,
    LadderNotFound,
    LadderNotInForce,
    LadderScheduled,
    ProgrammeUnpublished,
    TierRemoved,
)
from tier_svc.handlers.draft_ladder import draft_ladder
from tier_svc.handlers.publish_ladder import publish_ladder
from tier_svc.handlers.withdraw_ladder import withdraw_ladder
from tier_svc.store import ladders as store
from tier_svc.store.ladders import LadderRow

router = Router(tags=["ladders"])

PUBLISHING = (
    LadderNotFound,
    LadderMigrationRequired,
    LadderScheduled,
    EffectiveInPast,
    TierRemoved,
    ProgrammeUnpublished,
)

VERSION_MAX = 2**31 - 1


def _digits(version: str) -> str:
    """Digits only: a number has one name."""
    if not version.isascii() or not version.isdigit() or version.startswith("0"):
        raise ValueError("no version")
    return version


VersionPath = Annotated[int, Path(ge=1, le=VERSION_MAX), BeforeValidator(_digits)]


class PublicationBody(Body):
    """How a later version is put in force: from when (now), how members come to it, and for how
    many of a hundred of them (all).
    """

    effective_from: Instant | None = None
    migration: Annotated[Migration, Strict(False)] | None = None
    share_percent: Annotated[int, Field(ge=1, le=100)] = 100


class LadderView(View):
    """A version of a ladder, lowest rung first. `state` is `draft` or `published`.

    The first version of a ladder is in force from the beginning of time and has no
    `effective_from`. `is_told`: every member has been told of it.
    """

    version: int
    name: str
    state: str
    rungs: list[RungWritten]
    evaluated: str | None
    on_return: str | OnReturnWritten | None
    drafted_at: Instant
    published_at: Instant | None
    effective_from: Instant | None
    migration: str | None
    share_percent: int | None
    is_told: bool


class LaddersView(View):
    """Versions, newest first."""

    items: list[LadderView]
    next_cursor: str | None


@router.get("/ladders", scope="standing:read")
async def list_ladders(tx: TxDep, page: PageDep) -> LaddersView:
    """All versions, newest first."""
    before = page.after[0] if page.after else None
    rows = await store.newest_ladders(tx, before, page.wanted)
    return LaddersView.model_validate(page.show(rows, _view, lambda row: [row.version]))


@router.post("/ladders", status_code=201, again=200, scope="ladder:write", refuses=(LadderInvalid,))
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
    again=200,
    scope="ladder:write",
    refuses=PUBLISHING,
)
async def post_publication(
    version: VersionPath, tx: TxDep, body: PublicationBody | None = None
) -> LadderView:
    """Put a version in force: the first of a ladder from the beginning of time, a later one with a
    migration. Publishing it again changes nothing, for more members it does.
    """
    asked = body or PublicationBody()
    share = asked.share_percent * EVERYONE // 100
    ask = PublicationAsk(asked.effective_from, asked.migration, share)
    row, is_new = await publish_ladder(tx, version, ask)
    if not is_new:
        raise Replayed(_view(row))
    return _view(row)


@router.post(
    "/ladders/{version}/withdraw",
    scope="ladder:write",
    refuses=(LadderNotFound, LadderNotInForce),
)
async def post_withdrawal(version: VersionPath, tx: TxDep) -> LadderView:
    """Go back to the version before, exactly: standings read as if this one had never been
    published. It is a draft again.
    """
    return _view(await withdraw_ladder(tx, version))


def _view(row: LadderRow) -> LadderView:
    return LadderView(
        version=row.version,
        name=row.written.name,
        state="draft" if row.published_at is None else "published",
        rungs=row.written.rungs,
        evaluated=row.written.evaluated,
        on_return=row.written.on_return,
        drafted_at=row.drafted_at,
        published_at=row.published_at,
        effective_from=row.effective_from,
        migration=row.migration if row.effective_from else None,
        share_percent=None if row.share is None else row.share * 100 // EVERYONE,
        is_told=row.published_at is not None and row.told_to is None,
    )
