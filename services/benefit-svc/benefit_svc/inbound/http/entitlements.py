"""Entitlements: what a member has a right to, and its use."""

from datetime import datetime
from typing import Any, Self

from benefit_svc.domain.entitlements import Entitlement
from benefit_svc.domain.reasons import Reasons
from benefit_svc.domain.refusals import (
    EntitlementNotFound,
    EntitlementNotUsable,
    EntitlementUsedUp,
    MemberNotFound,
)
from benefit_svc.handlers.explain_entitlement import explain_entitlement
from benefit_svc.handlers.use_entitlement import UseEntitlement, use_entitlement
from benefit_svc.inbound.http.benefits import BenefitView
from benefit_svc.store import views
from chassis.http import (
    Body,
    CallerDep,
    IdPath,
    Instant,
    PageDep,
    Ref,
    RefPath,
    Router,
    TxDep,
    View,
    example,
)
from contracts.ids import EntitlementId, MemberId

router = Router(tags=["entitlements"])


class UseBody(Body, json_schema_extra=example(store_id="s-01")):
    """Where it is used."""

    store_id: Ref


class WindowView(View):
    """[from, to): when it can be used; nothing ends a window without `to`."""

    from_at: Instant
    to_at: Instant | None


class EntitlementView(View):
    """A right to one benefit in one cycle. `is_justified` is false where it was used and the truth
    moved on.
    """

    entitlement_id: str
    member_id: str
    benefit_id: str
    version: int
    cycle: str
    state: str
    is_justified: bool
    valid_from: Instant
    valid_to: Instant | None
    windows: list[WindowView]
    used: int
    uses_max: int | None

    @classmethod
    def of(cls, one: Entitlement, at: datetime) -> Self:
        """As it stands at `at`."""
        windows = [WindowView.model_validate(window) for window in one.windows]
        return cls(
            entitlement_id=one.entitlement_id,
            member_id=one.member_id,
            benefit_id=one.key.benefit_id,
            version=one.version,
            cycle=one.key.cycle,
            state=one.stands(at),
            is_justified=one.is_justified,
            valid_from=windows[0].from_at,
            valid_to=windows[-1].to_at,
            windows=windows,
            used=one.used,
            uses_max=one.uses_max,
        )


class HeldView(EntitlementView):
    """An entitlement with what it is a right to."""

    name: str
    benefit_class: str
    kind: str
    terms: dict[str, str] | None


@router.get("/entitlements/{member_id}", scope="benefit:read", refuses=(MemberNotFound,))
async def list_entitlements(member_id: IdPath, page: PageDep, tx: TxDep) -> dict[str, Any]:
    """A member's entitlements, by benefit and cycle, as they stand now."""
    member = MemberId(member_id)
    found = await views.entitlements_page(tx, member, page.after, page.wanted)
    if not found and not await views.is_member_known(tx, member):
        raise MemberNotFound
    return page.show(
        found,
        lambda seen: _held(seen, tx.now),
        lambda seen: [seen.entitlement.key.benefit_id, seen.entitlement.key.cycle],
    )


class ConsideredView(View):
    """A told interval. `verdict`: it counts, it is of another tier, or of another time than this
    cycle.
    """

    tier: str
    ordinal: int
    from_at: Instant
    to_at: Instant | None
    seq: int
    verdict: str


class WhyView(View):
    """Why an entitlement stands as it does: the benefit's version, and what was considered."""

    entitlement: EntitlementView
    benefit: BenefitView
    considered: list[ConsideredView]

    @classmethod
    def of(cls, found: Reasons, at: datetime) -> Self:
        """As it stands at `at`."""
        return cls(
            entitlement=EntitlementView.of(found.entitlement, at),
            benefit=BenefitView.of(found.benefit),
            considered=[
                ConsideredView(
                    tier=one.piece.tier,
                    ordinal=one.piece.ordinal,
                    from_at=one.piece.window.from_at,
                    to_at=one.piece.window.to_at,
                    seq=one.piece.seq,
                    verdict=one.verdict,
                )
                for one in found.considered
            ],
        )


@router.get(
    "/entitlements/{member_id}/{entitlement_id}/why",
    scope="benefit:read",
    refuses=(EntitlementNotFound,),
)
async def why(member_id: IdPath, entitlement_id: RefPath, tx: TxDep) -> WhyView:
    """Which version made it, and which of the member's intervals it rests on (E5)."""
    member, entitlement = MemberId(member_id), EntitlementId(entitlement_id)
    return WhyView.of(await explain_entitlement(tx, member, entitlement), tx.now)


@router.post(
    "/entitlements/{member_id}/{entitlement_id}/use",
    scope="voucher:use",
    keyed=True,
    refuses=(MemberNotFound, EntitlementNotFound, EntitlementNotUsable, EntitlementUsedUp),
)
async def use(
    member_id: IdPath, entitlement_id: RefPath, body: UseBody, tx: TxDep, caller: CallerDep
) -> EntitlementView:
    """Use it once."""
    ask = UseEntitlement(
        MemberId(member_id), EntitlementId(entitlement_id), body.store_id, caller.source
    )
    return EntitlementView.of(await use_entitlement(tx, ask), tx.now)


def _held(seen: views.EntitlementSeen, at: datetime) -> dict[str, Any]:
    offer = seen.offer
    shown = EntitlementView.of(seen.entitlement, at).model_dump(mode="json")
    return {
        **shown,
        "name": offer.name,
        "class": offer.benefit_class,
        "kind": offer.kind,
        "terms": offer.terms,
    }
