"""Draft a version of the accrual rules."""

from chassis.tx import Tx
from points_svc.domain.rules_document import RulesDocument
from points_svc.store import programme
from points_svc.store.programme import RuleVersion


async def draft_rules(tx: Tx, document: RulesDocument) -> RuleVersion:
    """Keep a draft under the next number. It rates nothing until it is published."""
    await programme.lock_rules(tx)
    version = await programme.draft_rules(tx, document)
    drafted = await programme.find_rules(tx, version)
    assert drafted is not None, "what was just written is there"
    return drafted
