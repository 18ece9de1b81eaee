"""Whether a step may be bought: all refusals, above everything that is done (T5, M9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from contracts.ids import MemberId
from tier_svc.domain.granting import check_status
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.programme import StepOffer
from tier_svc.domain.refusals import TierUnknown
from tier_svc.domain.step_refusals import (
    MemberSuspended,
    StepLimitReached,
    StepNotNext,
    StepNotOffered,
    StepPending,
    StepPriceChanged,
    StepReached,
)


@dataclass(frozen=True, slots=True)
class Buyer:
    """How a member stands on a ladder, whose steps are for sale under `offers` by a version of the
    settings.
    """

    member_id: MemberId
    ladder: Ladder
    tier: str
    status: str
    is_pending: bool
    offers: Sequence[StepOffer]
    programme_version: int
    zone: ZoneInfo

    @property
    def rank(self) -> int:
        """The rank of the tier they stand on."""
        return self.ladder.ranks.get(self.tier, 0)

    @property
    def next_tier(self) -> str | None:
        """The tier one step up; none from the highest."""
        above = self.ladder.rungs[self.rank + 1 : self.rank + 2]
        return above[0].tier if above else None


def offer_for(buyer: Buyer, tier: str, points: int | None) -> StepOffer:
    """The offer of one step up to `tier`, for `points` where the caller named a price.

    Refusals: MemberBanned, MemberClosed, MemberSuspended, TierUnknown, StepReached, StepNotNext,
    StepNotOffered, StepPriceChanged, StepPending.
    """
    if buyer.status == "suspended":
        raise MemberSuspended
    check_lifts(buyer, tier)
    if tier != buyer.next_tier:
        raise StepNotNext(tier=buyer.next_tier)
    offer = next((one for one in buyer.offers if one.tier == tier), None)
    if offer is None:
        raise StepNotOffered
    if points is not None and points != offer.points:
        raise StepPriceChanged(points=offer.points)
    if buyer.is_pending:
        raise StepPending
    return offer


def check_lifts(buyer: Buyer, tier: str) -> None:
    """Whether a step to `tier` would lift the member now: asked when it is decided, and again when
    it was paid. Who was suspended in between is lifted.

    Refusals: MemberBanned, MemberClosed, TierUnknown, StepReached.
    """
    check_status(buyer.status)
    rank = buyer.ladder.ranks.get(tier, 0)
    if rank == 0:
        raise TierUnknown
    if rank <= buyer.rank:
        raise StepReached(tier=buyer.tier)


def check_limit(offer: StepOffer, taken: int) -> None:
    """`taken` were bought in the period already. Refusals: StepLimitReached."""
    if offer.limit is not None and taken >= offer.limit.times:
        raise StepLimitReached(limit=offer.limit.times, taken=taken)
