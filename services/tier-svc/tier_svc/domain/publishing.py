"""Whether and how a version of a ladder may be put in force (E4, T8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tier_svc.domain.grounds import Migration
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.publications import EVERYONE, Publication
from tier_svc.domain.refusals import (
    EffectiveInPast,
    LadderMigrationRequired,
    LadderScheduled,
    TierRemoved,
)


@dataclass(frozen=True, slots=True)
class PublicationAsk:
    """How a version is to be put in force. The first of a ladder needs none of it."""

    effective_from: datetime | None = None
    migration: Migration | None = None
    share: int = EVERYONE


def publication(
    before: Sequence[Publication],
    ladder: Ladder,
    zone: ZoneInfo,
    ask: PublicationAsk,
    now: datetime,
) -> Publication | None:
    """The publication; None where the version is in force already for as many. The first is in
    force from the beginning of time, a later one from now on at the earliest.

    Refusals: LadderMigrationRequired, EffectiveInPast, LadderScheduled, TierRemoved.
    """
    if not before:
        if ask.effective_from is not None or ask.share != EVERYONE:
            raise EffectiveInPast
        return Publication(ladder, zone)
    last = before[-1]
    if last.ladder.version == ladder.version and last.share >= ask.share:
        return None
    if ask.migration is None:
        raise LadderMigrationRequired(in_force=last.ladder.version)
    effective_from = ask.effective_from or now
    if effective_from < now:
        raise EffectiveInPast
    if last.effective_from is not None and effective_from < last.effective_from:
        raise LadderScheduled(effective_from=last.effective_from.isoformat())
    if ask.migration is Migration.UPWARD_ONLY:
        _check_tiers(before, ladder)
    return Publication(ladder, zone, effective_from, ask.migration, ask.share)


def _check_tiers(before: Sequence[Publication], ladder: Ladder) -> None:
    gone = [tier for tier in before[-1].ladder.ranks if tier not in ladder.ranks]
    if gone:
        raise TierRemoved(tiers=gone)
