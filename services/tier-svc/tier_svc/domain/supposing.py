"""What a purchase would change that nobody has made (T6): the same function, of one fact more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.ids import FactId
from tier_svc.domain import intervals
from tier_svc.domain.facts import Fact, Goods
from tier_svc.domain.publications import Known as Member
from tier_svc.domain.publications import Publication, grounds_of
from tier_svc.domain.standing import Known, StandingNow, stand
from tier_svc.domain.timeline import told_timeline

AFTER_ALL = "~"
"""As the beginning of a fact id: after every other of its instant."""


@dataclass(frozen=True, slots=True)
class Supposed:
    """What would happen at one instant: spend in minor units, so many visits, points by type; and
    where and what was bought, for those ladders that filter.
    """

    at: datetime
    spend_minor: int
    visits: int
    points: Mapping[str, int]
    goods: Goods


@dataclass(frozen=True, slots=True)
class Change:
    """The standing at the instant without and with it, and from when on the timelines read
    differently, if they do.
    """

    ladder: str
    as_of: datetime
    before: StandingNow
    after: StandingNow
    differs_from: datetime | None


def suppose(publications: Sequence[Publication], member: Member, supposed: Supposed) -> Change:
    """What it would change on one ladder, were it heard of now together with its points; points of
    a type that nobody names are none.
    """
    kinds = {kind for one in publications for kind in one.ladder.point_types}
    bought = [*member.heard.purchases, *_facts(supposed, kinds)]
    richer = Member(
        member.member_id, member.enrolled_at, member.heard._replace(purchases=bought), member.ways
    )
    before, after = _known(publications, member), _known(publications, richer)
    return Change(
        ladder=before.ladder,
        as_of=supposed.at,
        before=stand(before, supposed.at),
        after=stand(after, supposed.at),
        differs_from=intervals.differs_from(before.told, after.told),
    )


def _known(publications: Sequence[Publication], member: Member) -> Known:
    grounds = grounds_of(publications, member)
    return Known(publications[0].ladder.name, grounds, told_timeline(grounds))


def _facts(supposed: Supposed, kinds: set[str]) -> list[Fact]:
    """One fact per visit; the first, which is there without a visit too, brings all the rest."""
    points = {kind: supposed.points.get(kind, 0) for kind in kinds}
    spend, visits = supposed.spend_minor, min(supposed.visits, 1)
    first = Fact(supposed.at, _id(0), spend, visits, points, supposed.goods)
    nothing = dict.fromkeys(kinds, 0)
    return [
        first,
        *(
            Fact(supposed.at, _id(n), 0, 1, nothing, supposed.goods)
            for n in range(1, supposed.visits)
        ),
    ]


def _id(n: int) -> FactId:
    return FactId(f"{AFTER_ALL}{n:04}")
