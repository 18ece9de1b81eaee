"""Segments that staff, or a system of theirs, set: who is in them, from when on."""

from functools import partial
from typing import Annotated, Any

from fastapi import Path, Query, Response
from pydantic import ConfigDict, Field

from chassis.http import (
    Body,
    IdPath,
    Instant,
    LinesDep,
    PageDep,
    Ref,
    Router,
    TxDep,
    View,
    answer_each,
    read_lines,
)
from contracts.ids import MemberId
from contracts.refusal import Refusal
from member_svc.domain.programme import Terms
from member_svc.domain.refusals import MemberNotFound, OccurredInFuture, Unfit
from member_svc.domain.segments import SEGMENT_PATTERN, Belonging, SegmentAsk
from member_svc.handlers.set_segments import set_segments
from member_svc.handlers.show_segments import show_segments
from member_svc.inbound.http.fields import Moment
from member_svc.inbound.programme import TermsDep, VaultDep
from member_svc.store import views

OK = 200

SegmentName = Annotated[str, Field(pattern=SEGMENT_PATTERN)]
SegmentPath = Annotated[str, Path(pattern=SEGMENT_PATTERN)]
Since = Annotated[Moment | None, Query(alias="from")]

router = Router(tags=["segments"])


class SinceBody(Body):
    """From when on; from now on, where nothing is said."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, validate_by_name=False)

    from_at: Annotated[Moment | None, Field(validation_alias="from")] = None


class SegmentBody(SinceBody):
    """That a member is in a segment, or (`is_in` false) is not."""

    segment: SegmentName
    member_id: Ref
    is_in: bool = True

    def asks(self) -> SegmentAsk:
        """What is said."""
        return SegmentAsk(MemberId(self.member_id), self.segment, self.is_in, self.from_at)


class BelongingView(View):
    """How a member stands to a segment by what was said last: `from` that instant on. `seq` counts
    what was said; 0 is nothing ever.
    """

    model_config = ConfigDict(frozen=True, serialize_by_alias=True)

    segment: str
    member_id: str
    is_in: bool
    from_at: Annotated[Instant | None, Field(serialization_alias="from")]
    seq: int

    @classmethod
    def of(cls, one: Belonging) -> "BelongingView":
        """As it is answered."""
        return cls(**one._asdict())


class BelongingsView(View):
    """Every segment that anything was said of a member about, by name."""

    items: list[BelongingView]


class MembersInView(View):
    """Who is in a segment, by id."""

    items: list[BelongingView]
    next_cursor: str | None


class SegmentView(View):
    """A segment with anybody in it."""

    segment: str
    members: int


class SegmentsView(View):
    """Segments, by name."""

    items: list[SegmentView]
    next_cursor: str | None


@router.put(
    "/segments/{segment}/members/{member_id}",
    scope="segment:write",
    refuses=(MemberNotFound, OccurredInFuture, Unfit),
)
async def enter(
    segment: SegmentPath, member_id: IdPath, tx: TxDep, terms: TermsDep, body: SinceBody
) -> BelongingView:
    """The member is in the segment. What was so already changes nothing and is not told."""
    return await _say(tx, terms, SegmentAsk(MemberId(member_id), segment, True, body.from_at))


@router.delete(
    "/segments/{segment}/members/{member_id}",
    scope="segment:write",
    refuses=(MemberNotFound, OccurredInFuture, Unfit),
)
async def leave(
    segment: SegmentPath, member_id: IdPath, tx: TxDep, terms: TermsDep, since: Since = None
) -> BelongingView:
    """The member is not in the segment, from an instant on. As with entering, what was so already
    changes nothing.
    """
    return await _say(tx, terms, SegmentAsk(MemberId(member_id), segment, False, since))


@router.post("/segments", scope="segment:write", refuses=(MemberNotFound, OccurredInFuture, Unfit))
async def say_one(body: SegmentBody, tx: TxDep, terms: TermsDep) -> BelongingView:
    """Say that a member is in a segment, or is not: in the words of a batch's line."""
    return await _say(tx, terms, body.asks())


@router.post("/segments:batch", scope="segment:write", lines=True)
async def say_many(lines: LinesDep, tx: TxDep, terms: TermsDep) -> Response:
    """Say up to 5,000 things, one a line; each line is answered as if it had come alone."""
    read = await read_lines(lines, SegmentBody, SegmentBody.asks)
    say = partial(set_segments, tx, terms)
    return await answer_each(read, say, _line, tx.cause.request_id)


@router.get("/segments", scope="member:read")
async def list_segments(tx: TxDep, page: PageDep) -> SegmentsView:
    """Segments with anybody in them, and how many."""
    found = await views.count_segments(tx, page.after[0] if page.after else "", page.wanted)
    return SegmentsView(**page.show(found, _counted, lambda one: [one[0]]))


@router.get("/segments/{segment}/members", scope="member:read")
async def list_members(segment: SegmentPath, tx: TxDep, page: PageDep) -> MembersInView:
    """Who is in a segment by what was said last."""
    after = page.after[0] if page.after else ""
    found = await views.members_in(tx, segment, after, page.wanted)
    return MembersInView(**page.show(found, BelongingView.of, lambda one: [one.member_id]))


@router.get("/members/{member_id}/segments", scope="member:read", refuses=(MemberNotFound,))
async def show_of_member(member_id: IdPath, tx: TxDep, vault: VaultDep) -> BelongingsView:
    """Which segments a member is in, and which they left."""
    found = await show_segments(tx, vault, MemberId(member_id))
    return BelongingsView(items=[BelongingView.of(one) for one in found])


async def _say(tx: TxDep, terms: Terms, ask: SegmentAsk) -> BelongingView:
    (answered,) = await set_segments(tx, terms, [ask])
    if isinstance(answered, Refusal):
        raise answered
    return BelongingView.of(answered)


def _line(one: Belonging) -> dict[str, Any]:
    return {**BelongingView.of(one).model_dump(mode="json"), "status": OK}


def _counted(one: tuple[str, int]) -> SegmentView:
    segment, members = one
    return SegmentView(segment=segment, members=members)
