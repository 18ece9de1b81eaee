"""Put a version of the accrual rules in force."""

from datetime import datetime
from zoneinfo import ZoneInfo

from chassis.tx import Tx
from points_svc.domain.campaigns import Purse
from points_svc.domain.point_types_document import expiry_of
from points_svc.domain.refusals import (
    EffectiveInPast,
    ExpiryInPast,
    PointTypeDropped,
    RulesNotFound,
    RulesPublished,
    SettingsUnpublished,
)
from points_svc.domain.rules_document import RulesDocument
from points_svc.store import campaigns, catch_ups, programme
from points_svc.store.programme import RuleVersion


async def publish_rules(tx: Tx, version: int, effective_from: datetime | None) -> RuleVersion:
    """Publish a draft for ever, with the programme's settings as they stand now.

    The first version is in force from the beginning of time, whatever was asked; every later one
    from `effective_from` (None: now), and what older versions have already rated from there on is
    left to a catch-up (E4). The same publication again changes nothing. Refusals: RulesNotFound,
    RulesPublished, EffectiveInPast, PointTypeDropped, SettingsUnpublished, ExpiryInPast.
    """
    await programme.lock_rules(tx)
    found = await programme.find_rules(tx, version)
    if found is None:
        raise RulesNotFound
    if found.state == "published":
        if effective_from in {None, found.effective_from}:
            return found
        raise RulesPublished
    await programme.await_rating(tx)
    book = await programme.rule_book(tx)
    begins = effective_from or tx.now if book.versions else None
    if begins and begins < tx.now:
        raise EffectiveInPast
    dropped = set(book.point_types()) - {terms.point_type for terms in found.document.point_types}
    if dropped:
        raise PointTypeDropped(missing=sorted(dropped))
    settings = await programme.programme.find(tx)
    if settings is None:
        raise SettingsUnpublished
    _demand_lasting(found.document, ZoneInfo(settings[1].zone), begins or tx.now)
    await programme.publish_rules(tx, version, settings[1], begins)
    await _open_budgets(tx, found.document)
    if begins:
        await catch_ups.begin_catch_up(tx, version)
    published = await programme.find_rules(tx, version)
    assert published is not None, "what was just written is there"
    return published


async def _open_budgets(tx: Tx, document: RulesDocument) -> None:
    budgets = {Purse(one.campaign, one.point_type): one.budget for one in document.campaigns}
    if budgets:
        await campaigns.open_budgets(tx, budgets)


def _demand_lasting(document: RulesDocument, zone: ZoneInfo, begins: datetime) -> None:
    over = [
        terms.point_type for terms in document.point_types if expiry_of(terms).is_over(begins, zone)
    ]
    if over:
        raise ExpiryInPast(point_types=over)
