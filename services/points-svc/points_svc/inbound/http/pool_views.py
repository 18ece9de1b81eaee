"""How pools are asked for and answered."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, model_validator

from chassis.http import Body, Instant, Note200, PositiveCount, Ref, Uuid, View, example, flawed
from points_svc.domain.pools import SHARE_MAX, Gathering, Pool, PoolChange
from points_svc.domain.programme import POOL_MEMBERS_MAX
from points_svc.handlers.show_pool import Standing
from points_svc.inbound.http.fields import DEFAULT_TYPE, PointTypeName, Purpose

Seen = frozenset[str] | None
"""The members that a caller sees by name; None: all."""

Share = Annotated[int, Field(ge=0, le=SHARE_MAX)]


class SharerBody(Body):
    """Who shares a pool. `share` is a weight: of 2 and 1 the first bears twice as much; of who has
    0 nothing is taken for others.
    """

    member_id: Ref
    share: Share = 1


class PoolBody(
    Body,
    json_schema_extra=example(
        members=[
            {"member_id": "01a204ce-9105-74f6-9402-7b40fd9df85a"},
            {"member_id": "01a1e190-9780-740f-b461-1cd8b18790ea", "share": 2},
        ]
    ),
):
    """A pool and who shares it from the beginning. `pool_id` names it for ever and stands in for an
    Idempotency-Key.
    """

    pool_id: Uuid | None = None
    members: Annotated[list[SharerBody], Field(min_length=1, max_length=POOL_MEMBERS_MAX)]

    @model_validator(mode="after")
    def names_each_member_once(self) -> "PoolBody":
        """Nobody shares a pool twice."""
        if len({one.member_id for one in self.members}) < len(self.members):
            raise flawed("duplicate", "a member named twice")
        return self


class ShareBody(Body, json_schema_extra=example(share=2)):
    """With which weight a member shares a pool from now on."""

    share: Share


class GatheringBody(
    Body,
    json_schema_extra=example(
        member_id="01a204ce-9105-74f6-9402-7b40fd9df85a", points=500, purpose="lounge"
    ),
):
    """What is to be gathered, and for whom. `gathering_id` names it for ever and stands in for an
    Idempotency-Key. With a `purpose` (a code: events carry it) it is burned at once, as the
    member's burn of that id. `step_up` is the channel's reference of a stronger check of the member
    (never the proof itself); `reason` is for people and is in no event.
    """

    gathering_id: Uuid | None = None
    member_id: Ref
    point_type: PointTypeName = DEFAULT_TYPE
    points: PositiveCount
    purpose: Purpose | None = None
    reason: Note200 | None = None
    step_up: Ref | None = None


class SharerView(View):
    """Who shares a pool, and since when."""

    member_id: str
    share: int
    since: Instant


class PoolView(View):
    """A pool: by id who shares it now. `revision` counts what was said of it. A channel sees by
    name whom it asks about and whom it knows (it let them in or out, or gathered for them);
    `others` are so many more.
    """

    pool_id: str
    revision: int
    created_at: Instant
    members: list[SharerView]
    others: int

    @classmethod
    def of(cls, pool: Pool, seen: Seen) -> "PoolView":
        """A pool, as far as it is seen."""
        shown = [one for one in pool.sharers if is_seen(one.member_id, seen)]
        return cls(
            pool_id=pool.pool_id,
            revision=pool.revision,
            created_at=pool.created_at,
            members=[SharerView.model_validate(one._asdict()) for one in shown],
            others=len(pool.sharers) - len(shown),
        )


class StandingView(SharerView):
    """One who shares a pool, and how many of their points can be gathered now: none while they may
    not burn (`is_active`).
    """

    is_active: bool
    available: int


class PoolStandingView(View):
    """A pool as it can be drawn on now. `available`: what of others, who have a share, can be
    gathered for anybody; of their own points each has the use besides. A channel sees by name whom
    it knows and whom it asks about; `others` are so many more.
    """

    pool_id: str
    revision: int
    created_at: Instant
    point_type: str
    available: int
    members: list[StandingView]
    others: int

    @classmethod
    def of(
        cls, pool: Pool, point_type: str, standings: Iterable[Standing], seen: Seen
    ) -> "PoolStandingView":
        """A pool, judged now, as far as it is seen."""
        members = [
            StandingView(**one.sharer._asdict(), is_active=one.is_active, available=one.available)
            for one in standings
        ]
        shown = [one for one in members if is_seen(one.member_id, seen)]
        return cls(
            pool_id=pool.pool_id,
            revision=pool.revision,
            created_at=pool.created_at,
            point_type=point_type,
            available=sum(one.available for one in members if one.share),
            members=shown,
            others=len(members) - len(shown),
        )


class PoolChangeView(View):
    """A member came or shares otherwise (`share`), or left (null), or another channel said so too.
    `changed_by` is null for a channel.
    """

    revision: int
    member_id: str
    share: int | None
    changed_at: Instant
    changed_by: str | None


class PoolChangesView(View):
    """What was said of a pool, newest first."""

    items: list[PoolChangeView]
    next_cursor: str | None


class PartView(View):
    """What one member bore. `posting_id` is theirs, null for who gathered: nothing left them."""

    member_id: str
    points: int
    posting_id: str | None


class GatheringView(View):
    """A gathering; `moved` of its points were others'. Of `parts` a channel sees what was borne by
    who gathered and by those whom it knew when it gathered.
    """

    gathering_id: str
    pool_id: str
    member_id: str
    point_type: str
    points: int
    moved: int
    parts: list[PartView]
    purpose: str | None
    reason: str
    step_up: str
    gathered_at: Instant
    cancelled_at: Instant | None

    @classmethod
    def of(cls, one: Gathering, *, is_whole: bool) -> "GatheringView":
        """A gathering: whole, or as its channel sees it, for ever alike (I14)."""
        return cls(
            gathering_id=one.gathering_id,
            pool_id=one.pool_id,
            member_id=one.member_id,
            point_type=one.point_type,
            points=one.points,
            moved=one.moved,
            parts=[
                PartView(
                    member_id=part.member_id,
                    points=part.points,
                    posting_id=part.posting_id or None,
                )
                for part in one.parts
                if is_whole or part.is_named or part.member_id == one.member_id
            ],
            purpose=one.purpose or None,
            reason=one.reason,
            step_up=one.step_up,
            gathered_at=one.gathered_at,
            cancelled_at=one.cancelled_at,
        )


def is_seen(member_id: str, seen: Seen) -> bool:
    """Whether a member is shown by name."""
    return seen is None or member_id in seen


def change_view(one: PoolChange, *, is_signed: bool) -> PoolChangeView:
    """One thing that was said, and by whom where that may be seen."""
    return PoolChangeView(
        revision=one.revision,
        member_id=one.member_id,
        share=one.share,
        changed_at=one.changed_at,
        changed_by=one.changed_by if is_signed else None,
    )
