"""Purchases accrued from the bus by whole consumer processes, beside what others would do: S1, S1b,
S2, S2b, S3, S12.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from contracts.events.purchases import PurchaseRecorded
from tests.bench import floor, history, per_call, per_session
from tests.bench.crew import Crew, Order, Spec, crew
from tests.bench.ground import Ground, Wire, forget, say
from tests.bench.ledger import Ledger
from tests.bench.measure import Turn, server_s
from tests.bench.results import Goal, Result

FLOOR_MIN = Goal(0.70)
CHEAPEST_MIN = Goal(0.40)
SESSIONS_MIN = Goal(100)
CALLS_MIN = Goal(8)
ENGINES_MIN = Goal(100)
RELAYED_MIN = Goal(2)
ENGINES = {"Formance 2.4": 0.0069, "Blnk 0.15": 0.0032}
"""Shares of the same bare floor that ledgers on PostgreSQL reached at their best, published."""
AT_ONCE = (4, 8, 16)
LAST_OFFSETS = "SELECT coalesce(sum(next_offset), 0) FROM consumer_offset"


@dataclass
class Arena:
    """Consumers on one database, with the tables of all that they are compared with."""

    ground: Ground
    ledger: Ledger
    wire: Wire
    crew: Crew
    told: history.History
    said: int = 0

    async def served(self, number: int, count: int) -> tuple[Turn, list[PurchaseRecorded]]:
        """A turn of the consumers, over the bus."""
        order = Order("served", "ready", number, count)
        await self.crew.all(order)
        events = self.told.turn(number, count)
        await say(self.wire, history.messages(events))
        self.said += count
        before = server_s(self.ground.data_dir)
        turn = await self.crew.until(order, self._is_heard)
        return replace(turn, server_s=server_s(self.ground.data_dir) - before), events

    async def _is_heard(self) -> bool:
        return int(await self.ledger.beside.fetchval(LAST_OFFSETS)) >= self.said

    async def bare(self, contender: str, number: int, count: int, at_once: int = 1) -> Turn:
        """A turn of a reference."""
        if contender == "floor":
            await self.ledger.beside.execute(floor.FILL)
        order = Order(contender, "ready", number, count, at_once)
        await self.crew.all(order)
        before = server_s(self.ground.data_dir)
        turn = await self.crew.turn(order)
        return replace(turn, server_s=server_s(self.ground.data_dir) - before)

    async def best(self, contender: str, count: int) -> int:
        """How many at once serve a reference best, tried on small turns of their own."""
        found = {
            n: await self.bare(contender, -number, count // 4, n)
            for number, n in enumerate(AT_ONCE, 1)
        }
        return max(found, key=lambda n: found[n].rate)


async def accruing(
    ground: Ground, processes: int, contenders: Sequence[str]
) -> dict[str, list[Turn]]:
    """`served` and the others take turns; the first turn only warms up. Books are checked."""
    sizes = ground.sizes
    ledger, wire = await ground.ledger(), await ground.wire()
    told = history.History(history.a_while_ago(sizes.turns + 1), sizes.members)
    await ledger.open_accounts(sizes.members)
    await ledger.beside.execute(floor.TABLES)
    await ledger.beside.execute(per_call.TABLES)
    await per_session.make(ledger.dsn)
    members = [history.member_id(number) for number in range(sizes.members)]
    await ledger.beside.execute(per_call.FILL, members)
    await ledger.beside.execute(per_session.FILL, members)
    await ledger.beside.execute("VACUUM ANALYZE")
    counts = {"per_call": sizes.calls, "per_session": sizes.sessions}
    found: dict[str, list[Turn]] = {name: [] for name in ("served", *contenders)}
    seen: list[PurchaseRecorded] = []
    async with crew(_specs(ledger, wire, told, processes)) as hands:
        arena = Arena(ground, ledger, wire, hands, told)
        best = {name: await arena.best(name, counts[name]) for name in contenders if name in counts}
        for number in range(sizes.turns + 1):
            turn, events = await arena.served(number, sizes.events)
            seen += events
            found["served"].append(turn)
            for name in contenders:
                count = counts.get(name, sizes.events)
                found[name].append(await arena.bare(name, number, count, best.get(name, 1)))
    await forget(wire)
    await ledger.check(seen)
    await ledger.close()
    return {name: turns[1:] for name, turns in found.items()}


def _specs(ledger: Ledger, wire: Wire, told: history.History, processes: int) -> list[Spec]:
    return [
        Spec(
            part,
            processes,
            ledger.dsn,
            wire.author_dsn,
            wire.brokers,
            str(ledger.secrets_file),
            told.begins,
            told.members,
        )
        for part in range(processes)
    ]


async def in_two_processes(ground: Ground) -> list[Result]:
    """S1 and what is measured by it."""
    found = await accruing(ground, 2, ("floor", "per_call", "per_session", "relayed"))
    rate, bare = _rate(found["served"]), _rate(found["floor"])
    shares = _ratios(found, "floor")
    said = f"{rate:,.0f} /s"
    works = _works(found, "floor")
    engines = ", ".join(f"{name} {share:.2%}" for name, share in ENGINES.items())
    return [
        Result.of(
            ("S1", "purchases accrued from the bus, two processes"),
            shares,
            FLOOR_MIN,
            f"the same rows by bare COPY and UPDATE: {bare:,.0f} /s",
            f"{said}; {works}",
        ),
        Result.of(
            ("S2", "the same, in times the reference"),
            _ratios(found, "per_session"),
            SESSIONS_MIN,
            f"async ORM, a transaction each: {_rate(found['per_session']):,.0f} /s",
            _works(found, "per_session"),
        ),
        Result.of(
            ("S2b", "the same, in times the reference"),
            _ratios(found, "per_call"),
            CALLS_MIN,
            f"PL/pgSQL, a call each: {_rate(found['per_call']):,.0f} /s",
            _works(found, "per_call"),
        ),
        Result.of(
            ("S3", "share of the floor, in times the best of others"),
            [share / max(ENGINES.values()) for share in shares],
            ENGINES_MIN,
            f"published: {engines}",
            "",
        ),
        Result.of(
            ("S12", "events relayed, in times the purchases accrued"),
            [1 / ratio for ratio in _ratios(found, "relayed")],
            RELAYED_MIN,
            f"S1: {said}",
            f"{_rate(found['relayed']):,.0f} /s",
        ),
    ]


async def in_one_process(ground: Ground) -> list[Result]:
    """S1b."""
    found = await accruing(ground, 1, ("cheapest",))
    return [
        Result.of(
            ("S1b", "purchases accrued from the bus, one process"),
            _ratios(found, "cheapest"),
            CHEAPEST_MIN,
            f"COPY of one row an event: {_rate(found['cheapest']):,.0f} /s",
            f"{_rate(found['served']):,.0f} /s; {_works(found, 'cheapest')}",
        )
    ]


def _rate(turns: Sequence[Turn]) -> float:
    return median(turn.rate for turn in turns)


def _ratios(found: dict[str, list[Turn]], reference: str) -> list[float]:
    pairs = zip(found["served"], found[reference], strict=True)
    return [served.rate / bare.rate for served, bare in pairs]


def _works(found: dict[str, list[Turn]], reference: str) -> str:
    """Processor time of all processes but the broker's, which load by others hardly changes."""
    served, bare = (
        median(turn.work for turn in found[name]) * 1e6 for name in ("served", reference)
    )
    return f"by processor time {served:.0f} µs to {bare:.0f} µs: {bare / served:.2f}"
