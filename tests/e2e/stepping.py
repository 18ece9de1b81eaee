"""tier-svc and points-svc beside each other, with a network between them that a test may spoil.

Both are real, each with a database of its own: as redeeming.py, for steps that are bought.
"""

import itertools
import json
from pathlib import Path
from typing import Any

import httpx

from chassis.testing.databases import Server
from chassis.testing.stage import START, Stage
from contracts.events.members import MemberEnrolled
from contracts.ids import EventId, MemberId
from points_svc.main import service as points_svc
from tests.e2e.redeeming import CLASSIC, Wire
from tests.e2e.step_books import BURNED, STEPS, WAYS, StepSides, unpaid
from tier_svc.main import service as tier_svc

LAPSE_LEASES = "UPDATE step_up SET next_attempt_at = '2000-01-01' WHERE next_attempt_at IS NOT NULL"
TIRE = "UPDATE step_up SET attempts = 100 WHERE next_attempt_at IS NOT NULL"
AGE = """
UPDATE step_up SET decided_at = decided_at - interval '16 minutes' WHERE next_attempt_at IS NOT NULL
"""
PRICE = 100
OF_STEPS = ("member_id", "step_id", "state", "tier", "points", "point_type")
OF_WAYS = ("member_id", "way_id", "tier")
OF_BURNS = ("member_id", "burn_id", "points", "point_type")

_names = itertools.count(1)


class Counter:
    """Both services on their stages, and what a till asks them for."""

    def __init__(self, tiers: Stage, points: Stage, wire: Wire) -> None:
        self.tiers = tiers
        self.points = points
        self.wire = wire

    @classmethod
    async def open(cls, server: Server, folder: Path) -> "Counter":
        """Fresh databases, `classic` published, which sells silver for 100 points."""
        for name in ("points", "tiers"):
            (folder / name).mkdir()
        points = Stage(points_svc, await server.fresh(points_svc.migrations), folder / "points")
        wire = Wire(points, source="tier-svc")
        dsn = await server.fresh(tier_svc.migrations)
        tiers = Stage(tier_svc, dsn, folder / "tiers", transports={"points-svc": wire})
        await _publish(points, "points", "accrual-rules")
        await _publish(tiers, "tier", "ladders")
        return cls(tiers, points, wire)

    async def close(self) -> None:
        await self.tiers.process.stop()
        await self.points.process.stop()

    async def member(self, points: int, *, is_known: bool = True) -> MemberId:
        """Someone who has so many points; of whom points-svc has heard, unless not."""
        member_id = MemberId(f"member-{next(_names):05}")
        enrolled = MemberEnrolled(
            event_id=EventId(f"{member_id}.enrolled"),
            member_id=member_id,
            occurred_at=START,
            recorded_at=START,
            version="1",
            enrolled_at=START,
        )
        await self.tiers.deliver(enrolled)
        if is_known:
            await self.points.deliver(enrolled)
        if points:
            async with self.points.client() as staff:
                given = await staff.post(
                    f"/v1/points/{member_id}/adjustments",
                    json={"points": points, "reason": "test"},
                    headers={"Idempotency-Key": f"given-{member_id}"},
                )
                assert given.is_success, given.text
        return member_id

    async def buy(self, member_id: str, key: str = "", **more: Any) -> httpx.Response:
        """As a till asks."""
        async with self.tiers.client() as till:
            return await till.post(
                f"/v1/standings/{member_id}/steps",
                json={"tier": "silver", **more},
                headers={"Idempotency-Key": key or f"step-{member_id}"},
            )

    async def recover(self, *, is_tired: bool = False, is_late: bool = False) -> None:
        """Everything that is left open is taken in hand now: for the hundredth time if `is_tired`,
        after a quarter of an hour if `is_late`.
        """
        async with self.tiers.begin() as tx:
            await tx.execute("lapse_leases", LAPSE_LEASES)
            if is_tired:
                await tx.execute("tire", TIRE)
            if is_late:
                await tx.execute("age", AGE)
        await self.tiers.run_job("recover_step_ups")

    async def available(self, member_id: str) -> int:
        """Points that can be burned."""
        async with self.points.client() as reader:
            accounts = (await reader.get(f"/v1/points/{member_id}")).json()["accounts"]
        (account,) = [each for each in accounts if each["point_type"] == "points"]
        assert isinstance(account["available"], int)
        return account["available"]

    async def standing(self, member_id: str) -> dict[str, Any]:
        """Where a member stands."""
        async with self.tiers.client() as reader:
            answer: dict[str, Any] = (await reader.get(f"/v1/standings/{member_id}")).json()
        return answer

    async def books(self) -> list[str]:
        """What is paid and not given, or given and not paid; empty when all is well."""
        return unpaid(
            StepSides(
                steps=_named(await self.tiers.rows(STEPS), OF_STEPS),
                ways=_named(await self.tiers.rows(WAYS), OF_WAYS),
                burned=_named(await self.points.rows(BURNED), OF_BURNS),
            )
        )


def _named(rows: list[Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in names} for row in rows]


async def _publish(stage: Stage, settings: str, rules: str) -> None:
    file = {"accrual-rules": "accrual-rules.json", "ladders": "ladder.json"}[rules]
    async with stage.client() as ops:
        made = await ops.put(f"/v1/{settings}-svc/programme", json=_read(f"{settings}.json"))
        assert made.is_success, made.text
        made = await ops.post(f"/v1/{rules}", json=_read(file))
        assert made.is_success, made.text
        version = made.json()["version"]
        made = await ops.post(f"/v1/{rules}/{version}/publish", json={})
        assert made.is_success, made.text


def _read(name: str) -> object:
    return json.loads((CLASSIC / name).read_text())
