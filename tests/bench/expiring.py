"""The sweep that expires what has ended, beside one bare update of the same rows: S10."""

from datetime import timedelta

from chassis.testing.stage import MovableClock
from tests.bench import history
from tests.bench.ground import Ground
from tests.bench.ledger import Ledger
from tests.bench.measure import Turn, Watch
from tests.bench.results import Goal, Result

SWEPT_MIN = Goal(0.5)
UNTIL_ENDED = timedelta(days=3 * 366)
TABLE = """
CREATE TABLE bare_account (LIKE account INCLUDING INDEXES INCLUDING STORAGE) WITH (fillfactor = 75)
"""
FILL = "INSERT INTO bare_account SELECT * FROM account ON CONFLICT DO NOTHING"
SWEEP = """
UPDATE bare_account b SET available = 0, seq = b.seq + 1, open_from = NULL, due_at = NULL,
    head = sha256(b.head)
FROM account a WHERE a.member_id = b.member_id AND a.point_type = b.point_type
    AND a.due_at <= $1
"""
DUE = "SELECT count(*) FROM account WHERE due_at <= $1"


async def expiring(ground: Ground) -> list[Result]:
    """Each turn everybody buys once, and three years go by. Who has nothing due is never touched:
    half of the accounts are of a type that never expires.
    """
    clock = MovableClock(history.a_while_ago(0))
    ledger = await ground.ledger(now=clock)
    await ledger.beside.execute(TABLE)
    turns = [await _turn(ledger, clock, number, ground.sizes.due) for number in range(4)]
    await ledger.check()
    await ledger.close()
    counted = turns[1:]
    return [
        Result.of(
            ("S10", "accounts swept by expiry"),
            [own.rate / bare.rate for own, bare in counted],
            SWEPT_MIN,
            f"one bare UPDATE of the same rows: {counted[1][1].rate:,.0f} /s",
            f"{counted[1][0].rate:,.0f} /s",
        )
    ]


async def _turn(
    ledger: Ledger, clock: MovableClock, number: int, members: int
) -> tuple[Turn, Turn]:
    told = history.History(clock.at, members)
    events = told.turn(0, members, is_each=True)
    clock.at += history.TURN
    await ledger.accrue(list(history.batches(events, 0, life=str(number))))
    clock.at += UNTIL_ENDED
    await ledger.beside.execute("VACUUM ANALYZE account")
    await ledger.beside.execute(FILL)
    due = int(await ledger.beside.fetchval(DUE, clock.at))
    bare_watch = Watch()
    await ledger.beside.execute(SWEEP, clock.at)
    bare = bare_watch.turn(due)
    watch = Watch()
    await ledger.stage.run_job("expire_lots")
    own = watch.turn(due)
    assert int(await ledger.beside.fetchval(DUE, clock.at)) == 0, "a sweep leaves nothing"
    return own, bare
