"""Simulations of rules, as tests speak to them: asked at the door, done by the job or by hand."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any, cast

from chassis.tx import Begin, Cause, Tx
from points_svc.domain.rules import RuleBook
from points_svc.domain.scenario import Scenario, for_ever
from points_svc.domain.simulation import Past, Stretch
from points_svc.domain.simulation_tally import Tally
from points_svc.domain.simulations import Round
from points_svc.domain.standings import Standing
from points_svc.handlers.simulate_members import simulate_members
from points_testing.desk import START as BEGINS
from points_testing.desk import Desk
from points_testing.histories import NOW, START
from points_testing.ledger import MEMBER, SHANGHAI, Ledger
from points_testing.office import Office

CAUSE = Cause("test", "job:simulate_members")
DAY = timedelta(days=1)
_months = count(1)


def scenario(before: RuleBook, after: RuleBook) -> Scenario:
    """All of a generated history."""
    return Scenario(before, for_ever(after.versions[-1]), START, NOW, SHANGHAI, {})


def pasts(ledger: Ledger) -> list[Past]:
    """What a ledger in memory has, in the order of ids."""
    posted = ledger.posted()

    def stands(fact_id: str, point_type: str) -> int:
        backs = (posted[one.fact_id, point_type].points for one in ledger.returns_of(fact_id))
        return posted[fact_id, point_type].points - sum(backs)

    types = [rule.point_type for rule in ledger.terms.rules.versions[-1].points]
    return [
        Past(known, ledger.returns_of(fact_id), {name: stands(fact_id, name) for name in types})
        for fact_id, known in sorted(ledger.purchases.items())
    ]


def tally(asked: Scenario, standing: Standing, facts: Iterable[Past]) -> Tally:
    """What one member's facts count for."""
    found = Round(Tally())
    for past in facts:
        found.look(asked, standing, Stretch(MEMBER, [past], is_end=False))
    found.leave()
    return found.tally


def killed(begin: Begin, after: int) -> Begin:
    """Transactions, of which the one numbered `after` ends before it commits."""
    begun = count(1)

    @asynccontextmanager
    async def dying(cause: Cause) -> AsyncIterator[Tx]:
        number = next(begun)
        async with begin(cause) as tx:
            yield tx
            if number == after:
                raise RuntimeError("killed before it committed")

    return cast("Begin", dying)


def overtaken(begin: Begin, act: Callable[[], Awaitable[None]]) -> Begin:
    """Transactions, before the third of which somebody else acts."""
    begun = count(1)

    @asynccontextmanager
    async def waiting(cause: Cause) -> AsyncIterator[Tx]:
        if next(begun) == 3:
            await act()
        async with begin(cause) as tx:
            yield tx

    return cast("Begin", waiting)


class Planner:
    """Who asks for simulations of a version, and the job that does them."""

    def __init__(self, desk: Desk, office: Office) -> None:
        self.desk, self.office, self.rests = desk, office, 0

    @classmethod
    async def of_a_month(cls, desk: Desk) -> "Planner":
        """With a month of its own, in which the rules are published."""
        office = Office(desk, BEGINS + next(_months) * 31 * DAY)
        desk.at(office.now)
        await office.write()
        return cls(desk, office)

    async def draft(self, *rules: dict[str, Any], **more: Any) -> int:
        document = {**self.office.document(*rules), **more}
        drafted = await self.desk.api.post("/v1/accrual-rules", json=document)
        assert drafted.status_code == 201, drafted.text
        return int(drafted.json()["version"])

    async def doubled(self) -> int:
        """A draft of the same at twice the rate."""
        effect = {"kind": "per_unit", "points": "2"}
        by_spend = {"rule": "points_by_spend", "point_type": "points", "phase": "base"}
        rules = [
            by_spend | {"effect": effect} if rule["rule"] == "points_by_spend" else rule
            for rule in self.office.document()["rules"]
        ]
        return await self.draft(rules=rules)

    async def ask(self, version: int, since: datetime, until: datetime, **how: Any) -> str:
        body = {"from": since.isoformat(), "to": until.isoformat(), **how}
        answer = await self.desk.api.post(f"/v1/accrual-rules/{version}/simulate", json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.headers["Location"])

    async def read(self, place: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.desk.api.get(place)).raise_for_status().json()
        return found

    async def moves(self, place: str) -> list[dict[str, Any]]:
        answer = (await self.desk.api.get(f"{place}/moves")).raise_for_status()
        return [json.loads(line) for line in answer.text.splitlines()]

    async def run(self, place: str) -> dict[str, Any]:
        """What it finds, by point type under `of`."""
        await self.desk.stage.run_job("simulate_members")
        found = await self.read(place)
        assert found["state"] == "done", found
        result: dict[str, Any] = found["result"]
        return {**result, "of": {one["point_type"]: one for one in result["point_types"]}}

    async def step(self, limit: int, begin: Begin | None = None) -> int:
        begin = begin or self.desk.stage.process.work
        return await simulate_members(begin, CAUSE, limit, self.rest)

    def later(self, passed: timedelta) -> None:
        """Let so much time pass."""
        self.desk.at(self.desk.stage.clock() + passed)

    async def rest(self) -> None:
        self.rests += 1
