"""Fold the old purchases of members."""

from chassis.tx import Tx
from tier_svc.domain.folding import FOLDED_AFTER, FOLDED_EVERY
from tier_svc.store import folds


async def fold_purchases(tx: Tx, limit: int) -> int:
    """Fold what is older than 800 days, of the members who are due; answers how many.

    It changes no answer: what is folded is read as if it were not.
    """
    due = await folds.due_members(tx, limit)
    if not due:
        return 0
    before = tx.now - FOLDED_AFTER
    old = await folds.old_purchases(tx, due, before)
    known = await folds.folds_of_members(tx, sorted(old))
    fresh = {
        member: [one for one in several.values() if one.fact_id not in known.get(member, {})]
        for member, several in old.items()
    }
    await folds.add_folds(tx, {member: several for member, several in fresh.items() if several})
    await folds.drop_folded(tx, sorted(old), before)
    await folds.fold_later(tx, due, sorted(old), tx.now + FOLDED_EVERY)
    return len(due)
