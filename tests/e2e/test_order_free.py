"""I10 over the bus: whatever the order, the split and the repetition, the same rated values.

Every history is told by several members, to each in an order of its own. What stands in the tables
at the end is what the oracle says of the facts as a set.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.e2e.settling import Rest
from tests.e2e.suite import Ground, Suite
from tests.e2e.till import Till
from tests.faults.checker import Books, Stands, unlike
from tests.faults.tills import renamed
from tests.oracle.facts import History, Purchase
from tests.oracle.histories import Fact, Frame, deal, seeded
from tests.oracle.programme import BRISK
from tests.oracle.rating import Rated, rate, settle

FILES = Path(__file__).parent / "programmes" / "brisk"
NOW = datetime(2026, 2, 21, tzinfo=UTC)
FRAME = Frame(datetime(2025, 1, 22, tzinfo=UTC), datetime(2026, 2, 20, tzinfo=UTC))
HISTORIES = {"local": (range(60), range(60, 200)), "kafka": (range(10), range(10, 20))}
"""In make test, and the rest of them in make faults."""
ORDERS = 5
ROUNDS_MAX = 60
SAID_AGAIN_AFTER = {0, 2}
"""Rounds; most facts are told in the first three, so that what comes twice comes among them."""
TILLS = 20
NDJSON = {"Content-Type": "application/x-ndjson"}


@dataclass(eq=False)
class Teller:
    """One member to whom a history is told in one order."""

    card: str
    history: History
    batches: Sequence[Sequence[Fact | None]]
    member_id: str = ""
    ids: dict[str, str] = field(default_factory=dict)

    def ref(self, fact_id: str) -> str:
        return f"{self.card}-{fact_id}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def suite(ground: Ground) -> AsyncIterator[Suite]:
    suite = Suite(ground, NOW)
    await suite.start()
    await suite.publish(FILES)
    yield suite
    await suite.stop()


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "share",
    [pytest.param(0, id="some histories"), pytest.param(1, id="the rest", marks=pytest.mark.long)],
)
async def test_I10_every_order_ends_in_the_same_rated_values(suite: Suite, share: int) -> None:
    tellers = [
        Teller(f"H{n}-{order}", history, deal(f"{n} {order}", history, NOW).batches)
        for n in HISTORIES[suite.ground.transport][share]
        for history in [seeded(f"bus {n}", BRISK, FRAME)]
        for order in range(ORDERS)
    ]
    rest, client = Rest(suite), await suite.client("till")
    rounds = zip_longest(*(teller.batches for teller in tellers), fillvalue=())
    for number, batches in enumerate(rounds):
        await tell(client, number, dict(zip(tellers, batches, strict=True)))
        if number in SAID_AGAIN_AFTER:
            await suite.say_again()
    await rest.settle()
    await suite.say_again()
    await rest.settle()
    await suite.run_jobs()
    await rest.settle()

    histories = {t.member_id: renamed(t.history, t.ids) for t in tellers}
    rated = {member_id: rate(BRISK, history) for member_id, history in histories.items()}
    books = Books({name: each.settings.database_url for name, each in suite.processes.items()})
    assert await books.violations() == []
    assert unlike(rated, await books.shown()) == []
    stands = await books.stands()
    ours = {account: stood for account, stood in stands.items() if account[0] in histories}
    assert ours == settled(histories, rated)


def settled(histories: dict[str, History], rated: dict[str, Rated]) -> Stands:
    """Nothing was decided, so every term is known."""
    found: Stands = {}
    for member_id, history in histories.items():
        for kind in BRISK.points:
            stands = settle(BRISK, history, rated[member_id], kind, NOW)
            found[member_id, kind.name] = (stands.available, stands.expired, stands.deficit)
    return found


async def tell(
    client: httpx.AsyncClient, number: int, batches: dict[Teller, Sequence[Fact | None]]
) -> None:
    """One round: a batch of every member at once, purchases or returns first by turns."""
    assert number < ROUNDS_MAX
    till = Till(client, BRISK.currency)
    await enrol(till, [teller for teller, batch in batches.items() if None in batch])
    lines: dict[str, list[tuple[Teller, str, Any]]] = defaultdict(list)
    for teller, batch in batches.items():
        for fact in batch:
            if isinstance(fact, Purchase):
                body = till.purchase_body(teller.card, teller.ref(fact.fact_id), fact)
                lines["purchases"].append((teller, fact.fact_id, body))
            elif fact is not None:
                of = teller.ref(fact.purchase_id)
                body = till.return_body(of, teller.ref(fact.fact_id), fact)
                lines["returns"].append((teller, fact.fact_id, body))
    for noun in sorted(lines, reverse=bool(number % 2)):
        await post(client, noun, lines[noun])


async def enrol(till: Till, tellers: Sequence[Teller]) -> None:
    """Many at once, as many tills do."""
    for first in range(0, len(tellers), TILLS):
        group = tellers[first : first + TILLS]
        ids = (till.enrol_once(each.card, each.history.enrolled_at) for each in group)
        for teller, member_id in zip(group, await asyncio.gather(*ids), strict=True):
            teller.member_id = member_id


async def post(
    client: httpx.AsyncClient, noun: str, lines: Sequence[tuple[Teller, str, Any]]
) -> None:
    content = "\n".join(json.dumps(body) for _, _, body in lines)
    answer = await client.post(f"/v1/{noun}:batch", content=content, headers=NDJSON)
    assert answer.status_code == 200, answer.text
    answered = [json.loads(line) for line in answer.text.splitlines()]
    assert len(answered) == len(lines)
    for (teller, fact_id, body), line in zip(lines, answered, strict=True):
        assert line["status"] in {200, 201}, (line, body)
        teller.ids[fact_id] = line["fact_id"]
