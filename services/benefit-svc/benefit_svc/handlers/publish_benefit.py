"""Publish a version of a benefit."""

from dataclasses import dataclass
from datetime import datetime

from benefit_svc.domain.catalog import Benefit, Offer, next_version
from benefit_svc.store import catalog
from chassis.tx import Tx
from contracts.ids import BenefitId


@dataclass(frozen=True)
class PublishBenefit:
    """What is offered under which id, and from when."""

    benefit_id: BenefitId
    offer: Offer
    effective_from: datetime | None


async def publish_benefit(tx: Tx, ask: PublishBenefit) -> tuple[Benefit, bool]:
    """The version, and whether it is a new one; the last one's offer again is the last one.

    Members get what it gives when they are next settled, at the latest by a job at once.
    Refusals: EffectiveInPast, VersionNotLater.
    """
    number = await catalog.lock_catalog(tx)
    versions = await catalog.versions_of_benefit(tx, ask.benefit_id)
    last = versions[-1] if versions else None
    benefit = next_version(ask.benefit_id, last, ask.offer, ask.effective_from, tx.now)
    is_new = benefit != last
    if is_new:
        await catalog.count_up_catalog(tx)
        await catalog.add_version(tx, benefit, number + 1)
    return benefit, is_new
