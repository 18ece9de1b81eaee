"""What the chassis's own tables forget, in bounded rounds, so that they stay as small as a window.

The outbox and the local log forget in the relay (`LAUREL_REPUBLISH_DAYS` after they were sent).
What an inbox has seen is kept for longer than anything can still be on its way: a record may be
sent again until the end of the republish window, and then lie on the bus for as long as that keeps
it, which is no longer than the window. So: inbox > window + window, or a republish could double.

The key of a command is never forgotten, only what it was answered: it would take effect again.
"""

from datetime import timedelta
from functools import partial

from chassis.jobs import Job
from chassis.settings import Settings
from chassis.tx import Tx

EVERY_S = 900.0
BATCH_MAX = 2_000

FORGET_SEEN = """
DELETE FROM inbox WHERE (consumer, event_id) IN (
    SELECT consumer, event_id FROM inbox
    WHERE seen_at < now() - make_interval(days => :days) LIMIT :limit FOR UPDATE SKIP LOCKED
)
RETURNING 1
"""
FORGET_ANSWERS = """
UPDATE idempotency SET body = NULL WHERE (source, key) IN (
    SELECT source, key FROM idempotency
    WHERE body IS NOT NULL AND answered_at < :before
    ORDER BY answered_at LIMIT :limit FOR UPDATE SKIP LOCKED
)
RETURNING 1
"""


async def forget_seen(tx: Tx, limit: int, *, days: int) -> int:
    """Drop what was last seen more than `days` ago; how many rows. Dated by the database, as the
    outbox is.
    """
    return len(await tx.execute("forget_seen", FORGET_SEEN, days=days, limit=limit))


async def forget_answers(tx: Tx, limit: int, *, days: int) -> int:
    """Drop the answers given more than `days` ago; how many. A command under way keeps its row."""
    before = tx.now - timedelta(days=days)
    return len(await tx.execute("forget_answers", FORGET_ANSWERS, before=before, limit=limit))


def trimming(settings: Settings) -> tuple[Job, ...]:
    """The jobs that every service has besides its own."""
    seen = partial(forget_seen, days=settings.inbox_days)
    answers = partial(forget_answers, days=settings.answers_days)
    return (
        Job("forget_seen", EVERY_S, seen, BATCH_MAX),
        Job("forget_answers", EVERY_S, answers, BATCH_MAX),
    )
