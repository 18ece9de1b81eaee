"""What a purchase costs this process: S1d and the forty rules beside `classic`; and S9, all of it
heard a second time.
"""

from chassis.bus.message import Batch
from tests.bench import history
from tests.bench.ground import Ground
from tests.bench.ledger import Ledger, Unbalanced, decode
from tests.bench.measure import Turn
from tests.bench.results import Goal, Result

DECODED_MAX = Goal(9, at_least=False)
FORTY_MAX = Goal(1.5, at_least=False)
REPLAY_MIN = Goal(1.5)
CHANGES = """
SELECT (SELECT count(*) FROM posting), (SELECT sum(seq) FROM account),
       (SELECT count(*) FROM outbox), (SELECT count(*) FROM journal_entry)
"""


async def costing(ground: Ground) -> list[Result]:
    """`classic`, forty rules, bare decoding and the replay take turns on the same events."""
    sizes = ground.sizes
    told = history.History(history.a_while_ago(sizes.turns + 1), sizes.members)
    ledgers = [await ground.ledger(programme) for programme in ("classic", "forty")]
    for ledger in ledgers:
        await ledger.open_accounts(sizes.members)
    classic, forty = ledgers
    turns: list[tuple[Turn, Turn, Turn, Turn]] = []
    seen, heard = [], 0
    for number in range(sizes.turns + 1):
        events = told.turn(number, sizes.events)
        batches = list(history.batches(events, heard))
        again = list(history.batches(events, heard, life="2"))
        plain = decode(batches)
        turns.append(
            (
                await classic.accrue(batches),
                await forty.accrue(batches),
                plain,
                await _again(classic, again),
            )
        )
        seen += events
        heard += len(events)
    for ledger in ledgers:
        await ledger.check(seen)
        await ledger.close()
    return figures(turns[1:])


async def _again(ledger: Ledger, batches: list[Batch]) -> Turn:
    before = await ledger.beside.fetchrow(CHANGES)
    turn = await ledger.accrue(batches)
    if await ledger.beside.fetchrow(CHANGES) != before:
        raise Unbalanced("what was heard twice changed something")
    return turn


def figures(turns: list[tuple[Turn, Turn, Turn, Turn]]) -> list[Result]:
    """By the paired samples; the first turn only warmed up."""
    spent = sorted(own.cpu for own, *_ in turns)[len(turns) // 2] * 1e6
    bare = sorted(plain.cpu for *_, plain, _ in turns)[len(turns) // 2] * 1e6
    again = sorted(replay.rate for *_, replay in turns)[len(turns) // 2]
    return [
        Result.of(
            ("S1d", "Python CPU per accrual, classic"),
            [own.cpu / plain.cpu for own, _, plain, _ in turns],
            DECODED_MAX,
            f"msgspec decodes the same bytes in {bare:.1f} µs",
            f"{spent:.1f} µs",
        ),
        Result.of(
            ("S1d", "Python CPU per accrual, forty rules"),
            [many.cpu / own.cpu for own, many, _, _ in turns],
            FORTY_MAX,
            f"classic: {spent:.1f} µs",
            "",
        ),
        Result.of(
            ("S9", "the same purchases heard again"),
            [replay.rate / own.rate for own, _, _, replay in turns],
            REPLAY_MIN,
            "the first time, one process",
            f"{again:,.0f} /s, 0 rows changed",
        ),
    ]
