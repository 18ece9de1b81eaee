"""tier-svc beside points-svc: steps that are bought, over a network that a test may spoil."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from chassis.testing.databases import Server
from chassis.testing.stage import Stage
from contracts.ids import MemberId
from tests.e2e.beside_points import (
    Wire,
    account_of,
    enrolled,
    give,
    open_points,
    press,
    publish,
    somebody,
)
from tests.e2e.step_books import BURNED, STEPS, WAYS, StepSides, unpaid
from tier_svc.main import service as tier_svc

PRICE = 100
OF_STEPS = ("member_id", "step_id", "state", "tier", "points", "point_type")
OF_WAYS = ("member_id", "way_id", "tier")
OF_BURNS = ("member_id", "burn_id", "points", "point_type")


class Counter:
    """Both services on their stages, and what a till asks them for."""

    def __init__(self, tiers: Stage, points: Stage, wire: Wire) -> None:
        self.tiers = tiers
        self.points = points
        self.wire = wire

    @classmethod
    @asynccontextmanager
    async def open(cls, server: Server, folder: Path) -> AsyncIterator["Counter"]:
        """Fresh databases, `classic` published, which sells silver for 100 points."""
        for name in ("points", "tiers"):
            (folder / name).mkdir()
        points = await open_points(server, folder / "points")
        wire = Wire(points, source="tier-svc")
        dsn = await server.fresh(tier_svc.migrations)
        tiers = Stage(tier_svc, dsn, folder / "tiers", transports={"points-svc": wire})
        await publish(tiers, "tier", "ladders", "ladder.json")
        yield cls(tiers, points, wire)
        await tiers.process.stop()
        await points.process.stop()

    async def member(self, points: int, *, is_known: bool = True) -> MemberId:
        """Someone who has so many points; of whom points-svc has heard, unless not."""
        member_id = somebody()
        await self.tiers.deliver(enrolled(member_id))
        if is_known:
            await self.points.deliver(enrolled(member_id))
        await give(self.points, member_id, points)
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
        await press(self.tiers, "step_up", is_tired=is_tired, is_late=is_late)
        await self.tiers.run_job("recover_step_ups")

    async def available(self, member_id: str) -> int:
        """Points that can be burned."""
        available, _ = await account_of(self.points, member_id)
        return available

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
