"""A real grocer's year, round by round, at the doors of points-svc: purchases (some late, some
after their returns), tiers told late, returns, burns and holds; and each household's books beside.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from contracts.events.base import Event
from deploy.demo.year import Purchase, Year
from tests.e2e.grocer_books import Household
from tests.e2e.grocer_events import enrolled, recorded, returned, told

WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
BEGINS = datetime(2017, 1, 1, 5, tzinfo=UTC)
WEEKS = 80
ENDS = BEGINS + WEEKS * WEEK
"""A year of purchases, and until half of it has ended."""
BATCH_MAX = 1_000
RETURNED = 0.05
LATE = 0.03
TIERS = ((50_000, "silver"), (150_000, "gold"), (300_000, "platinum"))
JOBS = ("lapse_holds", "expire_lots")


class Size(NamedTuple):
    """So many households (None: all), so many decisions, so many weeks a round."""

    households: int | None
    decisions: int
    weeks: int


class GrocerYear:
    """Some households' year, with decisions among it."""

    def __init__(self, stage: Any, till: Any, size: Size) -> None:
        self.stage = stage
        self.till = till
        self.chance = Random(size.decisions)
        self.is_whole = size.households is None
        self.round = size.weeks * WEEK
        self.rounds = WEEKS // size.weeks
        self.decisions = size.decisions // self.rounds
        self.books: defaultdict[str, Household] = defaultdict(Household)
        self.enrolled: dict[str, datetime] = {}
        self.heard: defaultdict[int, list[Purchase]] = defaultdict(list)
        self.backs: defaultdict[int, list[tuple[str, Purchase, datetime, int, int]]]
        self.backs = defaultdict(list)
        self.spend: defaultdict[str, int] = defaultdict(int)
        self.names = 0
        self.done: defaultdict[str, int] = defaultdict(int)
        for batch in Year(size.households).batches(BATCH_MAX, 0, 0):
            self.enrolled |= batch.newcomers
            for basket in batch.purchases:
                self._plan(basket)

    def _plan(self, basket: Purchase) -> None:
        """When it is heard, and whether something of it comes back."""
        late = self.chance.randint(1, 6) * WEEK if self.chance.random() < LATE else 0 * DAY
        self.heard[(basket.occurred_at + late - BEGINS) // self.round].append(basket)
        if self.chance.random() < RETURNED:
            line = self.chance.randrange(len(basket.lines))
            units = self.chance.randint(1, basket.lines[line].quantity)
            at = basket.occurred_at + self.chance.random() * 40 * DAY
            at = at.replace(microsecond=0)
            back = (f"r{basket.source_ref}", basket, at, line, units)
            heard_at = at + self.chance.randint(0, 3) * WEEK
            self.backs[(heard_at - BEGINS) // self.round].append(back)

    async def play(self) -> None:
        """Everything, round by round."""
        for n in range(self.rounds):
            now = BEGINS + (n + 1) * self.round
            await self._sweep(now)
            await self._purchases(self.heard[n], now)
            await self._returns(n, now)
            for minute in range(1, 1 + self.decisions):
                await self._decide(now + timedelta(minutes=minute))
        for book in self.books.values():
            book.pass_time(self.stage.clock())

    async def _sweep(self, now: datetime) -> None:
        self.stage.at(now)
        for job in JOBS:
            await self.stage.run_job(job)
        for book in self.books.values():
            book.pass_time(now)

    async def _purchases(self, baskets: list[Purchase], now: datetime) -> None:
        self.chance.shuffle(baskets)
        for start in range(0, len(baskets), BATCH_MAX):
            part = baskets[start : start + BATCH_MAX]
            cards = dict.fromkeys(basket.member.value for basket in part)
            await self.stage.deliver(*(enrolled(card, self.enrolled[card]) for card in cards))
            await self.stage.deliver(*(self._bought(basket, now) for basket in part))
        steps = list(self._steps(baskets))
        await self.stage.deliver(*(told(*step, now) for step in steps))
        for card in dict.fromkeys(step[0] for step in steps):
            self.books[card].tell([(at, tier) for who, _, at, tier in steps if who == card])

    def _bought(self, basket: Purchase, now: datetime) -> Event:
        book = self.books[basket.member.value]
        book.pass_time(now)
        nets = [
            (max(0, one.amount_minor - one.discount_minor), one.quantity) for one in basket.lines
        ]
        book.buy(basket.source_ref, basket.occurred_at, nets)
        return recorded(basket, self.enrolled[basket.member.value], now)

    def _steps(self, baskets: list[Purchase]) -> Iterator[tuple[str, int, datetime, str]]:
        """Tiers are told once a round, from the purchase that made them; nobody steps down."""
        for basket in sorted(baskets, key=lambda one: one.occurred_at):
            card, before = basket.member.value, self.spend[basket.member.value]
            after = before + sum(
                max(0, one.amount_minor - one.discount_minor) for one in basket.lines
            )
            self.spend[card] = after
            for seq, (least, tier) in enumerate(TIERS, 1):
                if before < least <= after:
                    known = self.books[card].told
                    at = max([basket.occurred_at, *(t + SECOND * seq for t, _ in known)])
                    yield card, seq, at, tier

    async def _returns(self, n: int, now: datetime) -> None:
        for name, basket, at, line, units in self.backs[n]:
            book = self.books[basket.member.value]
            book.pass_time(now)
            await self.stage.deliver(returned(name, basket, (at, line, units), now))
            book.bring_back(name, basket.source_ref, at, line, units)

    async def _decide(self, now: datetime) -> None:
        """A burn or a hold of somebody who has points, or the end of one."""
        holding = sorted(card for card, book in self.books.items() if book.holds)
        is_of_them = holding and self.chance.random() < 0.3
        card = self.chance.choice(holding if is_of_them else sorted(self.books))
        book = self.books[card]
        self.stage.at(now)
        book.pass_time(now)
        verbs = ["burn", "burn", "hold"] if book.available else []
        verbs += ["capture", "release"] if book.holds else []
        verbs += ["cancel"] if book.burns and self.chance.random() < 0.3 else []
        if not verbs:
            await self._sweep(now)
            return
        verb = self.chance.choice(verbs)
        self.done[verb] += 1
        await self._ask(card, book, verb)

    async def _ask(self, card: str, book: Household, verb: str) -> None:
        path = f"/v1/points/{card}"
        if verb in {"burn", "hold"}:
            self.names += 1
            name, points = str(UUID(int=self.names)), self.chance.randint(1, book.available)
            body = {f"{verb}_id": name, "points": points, "purpose": "test"}
            if verb == "burn":
                book.burn(name, points)
            else:
                seconds = self.chance.randrange(600, 600_000)
                book.hold(name, points, book.now + timedelta(seconds=seconds))
                body["lapse_after_s"] = seconds
            answer = await self.till.post(f"{path}/{verb}s", json=body)
        else:
            of = book.burns if verb == "cancel" else book.holds
            name = self.chance.choice(sorted(of))
            getattr(book, verb)(name)
            noun = "burns" if verb == "cancel" else "holds"
            answer = await self.till.post(f"{path}/{noun}/{name}/{verb}")
        assert answer.is_success, answer.text
