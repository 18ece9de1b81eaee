"""The member's story of the `classic` programme number by number, in both its forms."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio

import deploy
from tests.e2e.settling import Rest
from tests.e2e.suite import Ground, Suite
from tests.e2e.till import Till
from tests.faults.checker import Books, differences
from tests.faults.tills import renamed
from tests.oracle.facts import History, Return
from tests.oracle.histories import Fact
from tests.oracle.programme import CLASSIC
from tests.oracle.test_story import ENROLLED, LINE_1, LINE_2, A, B, C, D, E, F, on

FILES = Path(deploy.__file__).parent / "programmes" / "classic"
BOUGHT: dict[str, Fact] = {"A": A, "B": B, "C": C, "D": D, "E": E, "F": F}
FACTS = BOUGHT | {"D2": LINE_2, "D1": LINE_1}
TILLS = 12
SOON = timedelta(minutes=1)


class Story:
    """One member after another on one suite."""

    def __init__(self, suite: Suite, till: Till) -> None:
        self.suite = suite
        self.till = till
        self.rest = Rest(suite)
        self.ids: dict[str, dict[str, str]] = defaultdict(dict)

    async def tell(self, card: str, name: str) -> None:
        fact, ref = FACTS[name], f"{card}-{name}"
        if isinstance(fact, Return):
            answer = await self.till.bring_back(f"{card}-D", ref, fact)
        else:
            answer = await self.till.buy(card, ref, fact)
        self.ids[card][fact.fact_id] = answer["fact_id"]

    async def happens(self, card: str, name: str) -> None:
        """The clock goes to the fact, which is told at once; every record is delivered twice."""
        self.suite.clock.at = max(self.suite.clock.at, FACTS[name].occurred_at + SOON)
        await self.tell(card, name)
        await self.delivered_twice()

    async def delivered_twice(self) -> None:
        await self.rest.settle()
        await self.suite.say_again()
        await self.rest.settle()

    async def stands(self, member_id: str) -> tuple[int, int, int, str]:
        """available, deficit, growth, tier"""
        points = await self.till.points(member_id)
        growth = await self.till.points(member_id, "growth")
        tier = (await self.till.standing(member_id))["tier"]
        return points["available"], points["deficit"], growth["available"], tier

    async def drawn(self, card: str, member_id: str) -> dict[str, int]:
        """What was taken from each purchase's lot of points."""
        lots = (await self.till.get(f"/v1/points/{member_id}/lots"))["items"]
        names = {fact_id: name for name, fact_id in self.ids[card].items()}
        taken = {
            names[lot["lot_id"]]: lot["granted"] - lot["remaining"]
            for lot in lots
            if lot["point_type"] == "points"
        }
        return {name: points for name, points in taken.items() if points}

    async def lines(self, member_id: str, fact_id: str) -> list[int]:
        """The points of each line of a purchase, as `why` explains them."""
        why = await self.till.get(f"/v1/points/{member_id}/postings/{fact_id}.points/why")
        return [line["points"] for line in why["lines"]]

    async def differs(self, members: dict[str, str]) -> list[str]:
        """Every fact's sum and the told timeline, against the oracle; and the invariants."""
        told = History(ENROLLED, (A, B, C, D, E, F), (LINE_2, LINE_1))
        histories = {member: renamed(told, self.ids[card]) for card, member in members.items()}
        dsns = {n: each.settings.database_url for n, each in self.suite.processes.items()}
        books = Books(dsns)
        found = differences(CLASSIC, histories, await books.shown())
        return found + await books.violations()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def story(ground: Ground) -> AsyncIterator[Story]:
    suite = Suite(ground, ENROLLED)
    await suite.start()
    await suite.publish(FILES)
    story = Story(suite, Till(await suite.client("till"), "CNY", suite.run_jobs))
    yield story
    await suite.stop()


async def test_the_story_as_told(story: Story) -> None:
    till, card = story.till, "CARD1"
    member = await till.enrol(card, ENROLLED)
    for name, stands in {
        "A": (110, 0, 100, "regular"),
        "B": (385, 0, 350, "regular"),
        "C": (494, 0, 449, "silver"),
        "D": (1694, 0, 1449, "silver"),
    }.items():
        await story.happens(card, name)
        assert await story.stands(member) == stands, name
    assert instant((await till.standing(member))["until"]) == on(5, 1)
    assert instant((await till.standing(member))["since"]) == C.occurred_at

    story.suite.clock.at = on(4, 6)
    answer = await till.redeem(member, "tote", "redeem-tote-1")
    assert (answer.status_code, answer.json()["state"]) == (201, "fulfilled")
    code = answer.json()["voucher"]["code"]
    await story.delivered_twice()
    assert await story.stands(member) == (1194, 0, 1449, "silver")
    assert await story.drawn(card, member) == {"A": 110, "B": 275, "C": 109, "D": 6}
    assert await story.lines(member, story.ids[card]["D"]) == [720, 480]
    assert (await till.use_voucher(code)).status_code == 200

    for name, stands in {
        "D2": (714, 0, 1049, "silver"),
        "D1": (0, 6, 449, "silver"),
        "E": (6, 0, 459, "silver"),
        "F": (236, 0, 659, "silver"),
    }.items():
        await story.happens(card, name)
        assert await story.stands(member) == stands, name
    assert instant((await till.standing(member))["since"]) == B.occurred_at

    story.suite.clock.at = on(5, 1) - timedelta(microseconds=1)
    assert (await till.standing(member))["tier"] == "silver"
    story.suite.clock.at = on(5, 1)
    await story.suite.run_jobs()
    await story.delivered_twice()
    assert await story.stands(member) == (236, 0, 659, "regular")
    assert await story.differs({card: member}) == []


@pytest.mark.parametrize("orders", [12, pytest.param(60, marks=pytest.mark.long)])
async def test_the_story_in_shuffled_orders(story: Story, orders: int) -> None:
    story.suite.clock.at = on(4, 25)
    members = [f"S{n}-of-{orders}" for n in range(orders)]
    refused = members[::4]
    ids = {card: await story.till.enrol(card, ENROLLED) for card in members}
    for card in refused:
        answer = await story.till.redeem(ids[card], "tote", f"redeem-early-{card}")
        assert (answer.status_code, answer.json()["code"]) == (409, "points_insufficient")
    told = shuffled(members)
    for first in range(0, len(told), TILLS):
        group = told[first : first + TILLS]
        await asyncio.gather(*(story.tell(card, name) for card, name in group))
    await story.delivered_twice()
    for card in set(members) - set(refused):
        answer = await story.till.redeem(ids[card], "tote", f"redeem-late-{card}")
        assert answer.status_code == 201, answer.text
    await story.delivered_twice()
    for card in members:
        available = 736 if card in refused else 236
        assert await story.stands(ids[card]) == (available, 0, 659, "silver"), card
        standing = await story.till.standing(ids[card])
        assert instant(standing["since"]) == B.occurred_at
        assert instant(standing["until"]) == on(5, 1)
    for card in refused:
        still = await story.till.redeem(ids[card], "tote", f"redeem-early-{card}")
        assert (still.status_code, still.json()["code"]) == (409, "points_insufficient")
    assert await story.differs(ids) == []


def shuffled(members: list[str]) -> list[tuple[str, str]]:
    told = [(card, name) for card in members for name in FACTS]
    Random("story").shuffle(told)
    return told


def instant(answered: str) -> datetime:
    return datetime.fromisoformat(answered)
