"""What feedback said, and what became of it."""

from collections.abc import Sequence

from chassis.tx import Row, Tx
from member_svc.domain.feedback import Outcome
from member_svc.domain.refusals import FactNotFound
from member_svc.store import feedback


async def look_at_feedback(tx: Tx, source: str, source_ref: str) -> tuple[Row, Sequence[Outcome]]:
    """A source's own feedback, and its outcomes that count. Refusals: FactNotFound."""
    found = await feedback.find_feedback(tx, source, source_ref)
    if found is None:
        raise FactNotFound
    return found, await feedback.outcomes_of(tx, found)
