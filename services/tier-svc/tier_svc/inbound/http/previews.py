"""Whom a publication would move, before it is made (T8)."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from chassis.http import Instant, PageDep, Router, TxDep
from tier_svc.domain.grounds import Migration
from tier_svc.domain.publications import EVERYONE
from tier_svc.domain.publishing import PublicationAsk
from tier_svc.handlers.preview_publication import preview_publication
from tier_svc.inbound.http.answers import Answer
from tier_svc.inbound.http.ladders import PUBLISHING, VersionPath

router = Router(tags=["ladders"])


class MoveView(Answer):
    """A member's tier at `effective_from` by what is in force and by what would be, until when; and
    from when on the member's timeline would read differently.
    """

    member_id: str
    before: str
    after: str
    until: Instant | None
    differs_from: Instant


class MovesView(Answer):
    """Those of the members looked at whom the publication would move, by id. A page looks at
    `limit` members.
    """

    items: list[MoveView]
    next_cursor: str | None


@router.get("/ladders/{version}/preview", scope="standing:read", refuses=PUBLISHING)
async def read_preview(
    version: VersionPath,
    tx: TxDep,
    page: PageDep,
    migration: Annotated[Migration | None, Query()] = None,
    effective_from: Annotated[Instant | None, Query()] = None,
    share_percent: Annotated[int, Query(), Field(ge=1, le=100)] = 100,
) -> MovesView:
    """Whom publishing this version in this way would move. Nothing is written, nobody is told."""
    ask = PublicationAsk(effective_from, migration, share_percent * EVERYONE // 100)
    after = page.after[0] if page.after else ""
    moves, last = await preview_publication(tx, version, ask, after, page.limit)
    items = [MoveView.model_validate(one) for one in moves]
    return MovesView.model_validate(page.answer(items, [last] if last else None))
