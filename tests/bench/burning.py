"""Hold and capture, of members with short and with long histories, beside two bare updates: S7."""

from collections.abc import Sequence
from itertools import count

import asyncpg

from chassis.database import REQUEST
from chassis.tx import Cause
from contracts.events.purchases import PurchaseRecorded
from points_svc.domain.holds import HoldAsk
from points_svc.handlers.capture_hold import capture_hold
from points_svc.handlers.hold_points import hold_points
from tests.bench import history
from tests.bench.contender import side_by_side
from tests.bench.ground import Ground
from tests.bench.ledger import Ledger
from tests.bench.measure import Turn, Watch
from tests.bench.results import Goal, Result

POSTINGS = (10, 50, 200)
A_PURCHASE = 2
"""Postings that a purchase makes in `classic`."""
MEMBERS = 48
LANES = 8
LAPSE_S = 900
BURNED_MIN = Goal(0.5)
SOURCE = "till"
TABLE = """
CREATE TABLE bare_account (LIKE account INCLUDING INDEXES INCLUDING STORAGE) WITH (fillfactor = 75)
"""
FILL = "INSERT INTO bare_account SELECT * FROM account"
HOLD = """
UPDATE bare_account SET available = available - 1, held = held + 1, seq = seq + 1
WHERE member_id = $1 AND point_type = 'points'
"""
CAPTURE = """
UPDATE bare_account SET held = held - 1, seq = seq + 1
WHERE member_id = $1 AND point_type = 'points'
"""


class Till:
    """Places and captures holds of one point, in a transaction each, as the routes do."""

    def __init__(self, ledger: Ledger, members: Sequence[str]) -> None:
        self._ledger = ledger
        self._members = members
        self._names = count()

    async def burns(self, number: int) -> Turn:
        """So many holds and captures, over all members."""
        work = [self._members[n % len(self._members)] for n in range(number)]
        watch = Watch()
        await side_by_side(work, LANES, self._burn, number)
        return watch.turn(number)

    async def _burn(self, lane: int, member_id: str) -> None:
        name = f"h{next(self._names)}"
        cause = Cause(name, "key:bench")
        ask = HoldAsk(member_id, name, "points", 1, "reward", LAPSE_S, SOURCE)
        async with self._ledger.stage.database.begin(cause, REQUEST) as tx:
            await hold_points(tx, ask)
        async with self._ledger.stage.database.begin(cause, REQUEST) as tx:
            await capture_hold(tx, member_id, name, None, SOURCE)


class Bare:
    """Two committed updates of the same accounts, prepared, on connections of the driver."""

    def __init__(self, dsn: str, members: Sequence[str]) -> None:
        self._dsn = dsn
        self._members = members

    async def updates(self, number: int) -> Turn:
        """As many pairs."""
        lanes = [await asyncpg.connect(self._dsn) for _ in range(LANES)]
        calls = [(await one.prepare(HOLD), await one.prepare(CAPTURE)) for one in lanes]
        work = [self._members[n % len(self._members)] for n in range(number)]

        async def pair(lane: int, member_id: str) -> None:
            for call in calls[lane]:
                await call.fetch(member_id)

        watch = Watch()
        await side_by_side(work, LANES, pair, number)
        turn = watch.turn(number)
        for one in lanes:
            await one.close()
        return turn


async def burning(ground: Ground) -> list[Result]:
    """Members of each length of history, and the bare pair, take turns."""
    ledger = await ground.ledger()
    tills, bares = [], []
    for group, postings in enumerate(POSTINGS):
        bought = _bought(group, postings // A_PURCHASE)
        await ledger.accrue(list(history.batches(bought, 0, life=f"of {postings}")))
        members = sorted({event.member_id for event in bought})
        tills.append(Till(ledger, members))
        bares.append(Bare(ledger.dsn, members))
    await ledger.beside.execute(TABLE)
    await ledger.beside.execute(FILL)
    await ledger.beside.execute("VACUUM ANALYZE")
    turns: list[list[tuple[Turn, Turn]]] = []
    for _ in range(ground.sizes.turns + 1):
        done = [
            (await till.burns(ground.sizes.burns), await bare.updates(ground.sizes.burns))
            for till, bare in zip(tills, bares, strict=True)
        ]
        turns.append(done)
    await ledger.check()
    await ledger.close()
    return [
        _figure(postings, [turn[at] for turn in turns[1:]]) for at, postings in enumerate(POSTINGS)
    ]


def _bought(group: int, each: int) -> list[PurchaseRecorded]:
    """Purchases of members of this group alone."""
    told = history.History(history.a_while_ago(3), MEMBERS, group * MEMBERS)
    return told.turn(group, MEMBERS * each, is_each=True)


def _figure(postings: int, turns: Sequence[tuple[Turn, Turn]]) -> Result:
    rates = sorted(own.rate for own, _ in turns)
    bare = sorted(pair.rate for _, pair in turns)
    middle = len(turns) // 2
    return Result.of(
        ("S7", f"hold and capture, {postings} postings a member"),
        [own.rate / pair.rate for own, pair in turns],
        BURNED_MIN,
        f"two bare committed updates: {bare[middle]:,.0f} /s",
        f"{rates[middle]:,.0f} /s",
    )
