"""Benefits: what the programme offers, in versions."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from benefit_svc.domain.catalog import Benefit, BenefitClass, Cycle, Kind, Offer
from benefit_svc.domain.refusals import EffectiveInPast, VersionNotLater
from benefit_svc.handlers.publish_benefit import PublishBenefit, publish_benefit
from benefit_svc.inbound.http.fields import NotBuilt, Start, built_or_refused
from benefit_svc.store import views
from chassis.http import (
    Body,
    Instant,
    PageDep,
    Quantity,
    Ref,
    Replayed,
    Router,
    Text64,
    TxDep,
    View,
    flawed,
)
from contracts.ids import BenefitId

TIERS_MAX = 50
TERMS_MAX = 20
PLANNED_KINDS = frozenset({"multiplier", "voucher"})

router = Router(tags=["benefits"])

BuiltKind = Annotated[Kind, BeforeValidator(built_or_refused(PLANNED_KINDS))]


class EligibilityBody(Body):
    """Who may have it: members of any of these tiers."""

    tiers: Annotated[list[Ref], Field(min_length=1, max_length=TIERS_MAX)]
    segments: NotBuilt = None
    expression: NotBuilt = None


class BenefitBody(Body):
    """A version of a benefit. `uses_max` counts per entitlement; `terms` are its own figures, kept
    as they are.
    """

    benefit_id: Ref
    name: Text64
    benefit_class: BenefitClass = Field(alias="class")
    kind: BuiltKind
    eligibility: EligibilityBody
    cycle: Cycle
    valid_from: Instant | None = None
    valid_to: Instant | None = None
    uses_max: Quantity | None = None
    terms: Annotated[dict[Ref, Text64], Field(max_length=TERMS_MAX)] | None = None
    effective_from: Instant | None = None
    windows: NotBuilt = None
    limits: NotBuilt = None
    stock: NotBuilt = None
    quota: NotBuilt = None
    budget: NotBuilt = None
    cost: NotBuilt = None

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise flawed("out_of_range", "valid_to comes after valid_from")
        return self

    def asks(self) -> PublishBenefit:
        """The command."""
        offer = Offer(
            name=self.name,
            benefit_class=self.benefit_class,
            kind=self.kind,
            tiers=frozenset(self.eligibility.tiers),
            cycle=self.cycle,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            uses_max=self.uses_max,
            terms=self.terms,
        )
        return PublishBenefit(BenefitId(self.benefit_id), offer, self.effective_from)


class EligibilityView(View):
    """Who may have it."""

    tiers: list[str]


class BenefitView(View):
    """A version of a benefit."""

    model_config = ConfigDict(serialize_by_alias=True)

    benefit_id: str
    version: int
    effective_from: Start
    name: str
    benefit_class: BenefitClass = Field(serialization_alias="class")
    kind: Kind
    eligibility: EligibilityView
    cycle: Cycle
    valid_from: Instant | None
    valid_to: Instant | None
    uses_max: int | None
    terms: dict[str, str] | None

    @classmethod
    def of(cls, benefit: Benefit) -> Self:
        """As the domain knows it."""
        offer = benefit.offer
        return cls(
            benefit_id=benefit.benefit_id,
            version=benefit.version,
            effective_from=benefit.effective_from,
            name=offer.name,
            benefit_class=offer.benefit_class,
            kind=offer.kind,
            eligibility=EligibilityView(tiers=sorted(offer.tiers)),
            cycle=offer.cycle,
            valid_from=offer.valid_from,
            valid_to=offer.valid_to,
            uses_max=offer.uses_max,
            terms=dict(offer.terms) if offer.terms is not None else None,
        )


@router.post(
    "/benefits",
    status_code=201,
    again=200,
    scope="benefit:write",
    refuses=(EffectiveInPast, VersionNotLater),
)
async def publish(body: BenefitBody, tx: TxDep) -> BenefitView:
    """Publish a version. What stands already is answered 200 and published once."""
    benefit, is_new = await publish_benefit(tx, body.asks())
    view = BenefitView.of(benefit)
    if not is_new:
        raise Replayed(view)
    return view


@router.get("/benefits", scope="benefit:read")
async def list_benefits(page: PageDep, tx: TxDep) -> dict[str, Any]:
    """Every version of every benefit, by id and version."""
    found = await views.benefits_page(tx, page.after, page.wanted)
    return page.show(found, BenefitView.of, lambda one: [one.benefit_id, one.version])
