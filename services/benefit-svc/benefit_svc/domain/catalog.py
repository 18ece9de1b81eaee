"""What the programme offers: benefits in immutable versions (B1, E4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from benefit_svc.domain.periods import Window, overlap
from benefit_svc.domain.refusals import EffectiveInPast, VersionNotLater
from contracts.ids import BenefitId

BEGINNING = datetime(1, 1, 2, tzinfo=UTC)

BenefitClass = Literal["basic", "value_added", "exclusive", "growth"]
Kind = Literal["discount", "service", "gift", "event_place", "partner"]
Cycle = Literal["once", "calendar_month", "calendar_year", "tier_stay"]


@dataclass(frozen=True)
class Offer:
    """What a benefit is: who is eligible, how often it is granted anew, when it is valid, how often
    it may be used.

    `uses_max` counts per entitlement; None is without limit. `terms` are the benefit's own figures
    (a discount's rate), kept and given back, never calculated with here.
    """

    name: str
    benefit_class: BenefitClass
    kind: Kind
    tiers: frozenset[str]
    cycle: Cycle
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    uses_max: int | None = None
    terms: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Benefit:
    """One version of a benefit, in force from `effective_from` until the next version begins."""

    benefit_id: BenefitId
    version: int
    effective_from: datetime
    offer: Offer


def next_version(
    benefit_id: BenefitId,
    last: Benefit | None,
    offer: Offer,
    effective_from: datetime | None,
    at: datetime,
) -> Benefit:
    """The version that publishing `offer` makes. The same offer as the last one is that version,
    not another.

    The first version is in force from the beginning of time unless it says otherwise, a later one
    from its publication at the earliest. Refusals: EffectiveInPast, VersionNotLater.
    """
    if last is None:
        return Benefit(benefit_id, 1, effective_from or BEGINNING, offer)
    if last.offer == offer and effective_from in (None, last.effective_from):
        return last
    begins = effective_from or at
    if begins < at:
        raise EffectiveInPast
    if begins <= last.effective_from:
        raise VersionNotLater
    return Benefit(benefit_id, last.version + 1, begins, offer)


def in_force(versions: Sequence[Benefit]) -> list[tuple[Benefit, Window]]:
    """Each version of one benefit with the time in which it can be had, in order; versions without
    any are left out.
    """
    ordered = sorted(versions, key=lambda b: b.version)
    ends = [b.effective_from for b in ordered[1:]]
    found = []
    for benefit, end in zip(ordered, [*ends, None], strict=True):
        valid = Window(benefit.offer.valid_from or BEGINNING, benefit.offer.valid_to)
        window = overlap(Window(benefit.effective_from, end), valid)
        if window is not None:
            found.append((benefit, window))
    return found
