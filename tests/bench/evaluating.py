"""What tier-svc makes of purchases: evaluated from the bus beside points-svc's accrual of the same,
S4t; and standings whose time has come, beside one bare update of the same rows, S10t.
"""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from statistics import median

from chassis.testing.stage import MovableClock
from tests.bench import history
from tests.bench.ground import Ground
from tests.bench.ledger import Unbalanced
from tests.bench.measure import Turn, Watch, server_s
from tests.bench.results import Goal, Result
from tests.bench.standings import Standings

EVALUATED_MIN = Goal(0.5)
PASSED_MIN = Goal(0.5)
UNTIL_LOWER = timedelta(days=430)
LASTING = 3
PASSED_TURNS = 3

BARE = "CREATE TABLE bare_standing (LIKE standing INCLUDING ALL) WITH (fillfactor = 75)"
FILL = "INSERT INTO bare_standing SELECT * FROM standing"
PLACES = "CREATE TABLE place_before AS SELECT member_id, ctid::text AS place FROM standing"
SWEEP = """
UPDATE bare_standing SET tier = 'bronze', next_evaluation_at = NULL
WHERE next_evaluation_at <= $1
"""
DUE = "SELECT count(*) FROM standing WHERE next_evaluation_at <= $1"
TOUCHED = """
SELECT count(*) FROM standing s JOIN place_before b USING (member_id) WHERE s.ctid::text <> b.place
"""


async def evaluating(ground: Ground) -> list[Result]:
    """Both services hear the same purchases in this process, in turns."""
    sizes = ground.sizes
    begins = history.a_while_ago(sizes.turns + 1)
    told = history.History(begins, sizes.members)
    clock = MovableClock(history.a_while_ago(0))
    ledger, standings = await ground.ledger(), await Standings.made(ground, clock)
    await ledger.open_accounts(sizes.members)
    turns, heard = [], 0
    for number in range(sizes.turns + 1):
        batches = list(history.batches(told.turn(number, sizes.events), heard))
        own = await _timed(ground, sizes.events, standings.evaluate(batches))
        points = await _timed(ground, sizes.events, ledger.accrue(batches))
        turns.append((own, points))
        heard += sizes.events
    await standings.check()
    await ledger.close()
    await standings.close()
    passed = [await _passing(ground, sizes.due) for _ in range(PASSED_TURNS)]
    return [_beside(turns[1:]), _passed(passed)]


def _beside(turns: list[tuple[Turn, Turn]]) -> Result:
    own, points = zip(*turns, strict=True)
    works = [median(turn.work for turn in of) * 1e6 for of in (own, points)]
    return Result.of(
        ("S4t", "purchases evaluated by tier-svc, as share of those accrued"),
        [one.rate / two.rate for one, two in turns],
        EVALUATED_MIN,
        f"points-svc, one process: {median(turn.rate for turn in points):,.0f} /s",
        f"{median(turn.rate for turn in own):,.0f} /s; by processor time {works[0]:.0f} µs to"
        f" {works[1]:.0f} µs: {works[1] / works[0]:.2f}",
    )


async def _passing(ground: Ground, due: int) -> tuple[Turn, Turn]:
    """As many members as are due have bought enough to stand higher for a while, ten times as many
    too little, or nearly all of them. Whoever is not due is not touched.
    """
    told = history.History(history.a_while_ago(LASTING + 1), due)
    others = history.History(told.begins, 10 * due, first=due)
    clock = MovableClock(history.a_while_ago(0))
    standings = await Standings.made(ground, clock)
    events = [one for number in range(LASTING) for one in told.turn(number, due, is_each=True)]
    events += others.turn(LASTING, 10 * due, is_each=True)
    await standings.evaluate(list(history.batches(events, 0)))
    await standings.check()
    clock.at += UNTIL_LOWER
    for statement in (BARE, FILL, PLACES, "VACUUM ANALYZE standing, bare_standing"):
        await standings.beside.execute(statement)
    due = int(await standings.beside.fetchval(DUE, clock.at))
    bare = await _timed(ground, due, standings.beside.execute(SWEEP, clock.at))
    own = await _timed(ground, due, standings.stage.run_job("advance_standings"))
    touched = int(await standings.beside.fetchval(TOUCHED))
    if touched != due or await standings.beside.fetchval(DUE, clock.at):
        raise Unbalanced(f"{touched} standings were touched, {due} were due")
    await standings.close()
    return own, bare


async def _timed(ground: Ground, rows: int, work: Awaitable[object]) -> Turn:
    before, watch = server_s(ground.data_dir), Watch()
    await work
    turn = watch.turn(rows)
    return replace(turn, server_s=server_s(ground.data_dir) - before)


def _passed(turns: list[tuple[Turn, Turn]]) -> Result:
    own, bare = zip(*turns, strict=True)
    works = [median(turn.work for turn in of) * 1e6 for of in (own, bare)]
    return Result.of(
        ("S10t", "standings whose time has come; nobody else is touched"),
        [one.rate / two.rate for one, two in turns],
        PASSED_MIN,
        f"one bare UPDATE of the same rows: {median(turn.rate for turn in bare):,.0f} /s",
        f"{median(turn.rate for turn in own):,.0f} /s; by processor time {works[0]:.0f} µs to"
        f" {works[1]:.0f} µs: {works[1] / works[0]:.2f}",
    )
