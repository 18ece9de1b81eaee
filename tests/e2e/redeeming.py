"""benefit-svc beside points-svc: what is redeemed, over a network that a test may spoil."""

import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx

from benefit_svc.main import service as benefit_svc
from chassis.testing.databases import Server
from chassis.testing.stage import START, Stage
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
    status_told,
)
from tests.e2e.redemption_books import BURNS, HOLDS, VOUCHERS, Sides, torn

_names = itertools.count(1)


class Shops:
    """Both services on their stages, and what a till does at their doors."""

    def __init__(self, benefit: Stage, points: Stage, wire: Wire) -> None:
        self.benefit = benefit
        self.points = points
        self.wire = wire
        self._moment = START

    @classmethod
    @asynccontextmanager
    async def open(cls, server: Server, folder: Path) -> AsyncIterator["Shops"]:
        """Fresh databases, `classic` published."""
        for name in ("points", "benefit"):
            (folder / name).mkdir()
        points = await open_points(server, folder / "points")
        wire = Wire(points, source="benefit-svc")
        dsn = await server.fresh(benefit_svc.migrations)
        benefit = Stage(benefit_svc, dsn, folder / "benefit", transports={"points-svc": wire})
        await publish(benefit, "benefit")
        yield cls(benefit, points, wire)
        await benefit.process.stop()
        await points.process.stop()

    def pass_time(self, length: timedelta) -> None:
        """Move both clocks on."""
        self._moment += length
        self.benefit.at(self._moment)
        self.points.at(self._moment)

    async def member(self, points: int) -> MemberId:
        """Someone who has so many points."""
        member_id = somebody()
        await self.enrol(member_id, points)
        return member_id

    async def enrol(self, member_id: MemberId, points: int) -> None:
        """points-svc hears of a member, who gets so many points."""
        await self.points.deliver(enrolled(member_id))
        await give(self.points, member_id, points)

    async def suspend(self, member_id: MemberId) -> None:
        """points-svc hears that a member is suspended."""
        await self.points.deliver(status_told(member_id, "suspended"))

    async def reward(self, points: int = 500, stock: int | None = 10) -> str:
        """Something to redeem."""
        reward_id = f"reward-{next(_names):05}"
        async with self.benefit.client() as ops:
            body = {"reward_id": reward_id, "name": "A reward", "points": points, "stock": stock}
            made = await ops.post("/v1/rewards", json=body)
            assert made.status_code == 201, made.text
        return reward_id

    async def redeem(self, member_id: str, reward_id: str, key: str = "") -> httpx.Response:
        """As a till asks."""
        async with self.benefit.client() as till:
            return await till.post(
                "/v1/redemptions",
                json={"member_id": member_id, "reward_id": reward_id},
                headers={"Idempotency-Key": key or f"redeem-{member_id}"},
            )

    async def cancel(self, redemption_id: str, reason: str = "a mistake") -> httpx.Response:
        async with self.benefit.client() as till:
            return await till.post(
                f"/v1/redemptions/{redemption_id}/cancel",
                json={"reason": reason},
                headers={"Idempotency-Key": f"cancel-{redemption_id}"},
            )

    async def use(self, code: str) -> httpx.Response:
        async with self.benefit.client() as till:
            return await till.post(
                "/v1/vouchers/use",
                json={"code": code, "store_id": "s1"},
                headers={"Idempotency-Key": f"use-{code}"},
            )

    async def recover(self, *, is_tired: bool = False, is_late: bool = False) -> None:
        """Everything that is left open is taken up now: for the hundredth time if `is_tired`,
        after a quarter of an hour if `is_late`.
        """
        await press(self.benefit, "redemption", is_tired=is_tired, is_late=is_late)
        await self.benefit.run_job("recover_redemptions")

    async def account(self, member_id: str) -> tuple[int, int]:
        """Points available and held."""
        return await account_of(self.points, member_id)

    async def state(self, redemption_id: str) -> str:
        async with self.benefit.client() as till:
            seen = (await till.get(f"/v1/redemptions/{redemption_id}")).json()
        state: str = seen["state"]
        return state


async def books(shops: Shops) -> list[str]:
    """What contradicts I5, I6 or I7, by the two databases' own rows; empty when all is well."""
    redemptions = await shops.benefit.rows("SELECT * FROM redemption")
    held = await shops.points.rows("SELECT hold_id FROM hold WHERE state = 'open'")
    sides = Sides(
        redemptions=[row._asdict() for row in redemptions],
        vouchers=[row._asdict() for row in await shops.benefit.rows(VOUCHERS)],
        holds=[row._asdict() for row in await shops.points.rows(HOLDS)],
        burns=[row._asdict() for row in await shops.points.rows(BURNS)],
    )
    wrong = torn(sides) + [f"I6 {row.hold_id} is open" for row in held]
    return wrong + stock_of(await shops.benefit.rows("SELECT * FROM reward_stock"), redemptions)


def stock_of(stocks: Sequence[object], redemptions: Sequence[object]) -> list[str]:
    """Rewards whose books do not balance: taken + left = loaded."""
    taken: dict[str, int] = defaultdict(int)
    for row in redemptions:
        if row.state not in ("refused", "cancelled"):
            taken[row.reward_id] += row.quantity
    return [
        f"I7 {row.reward_id}"
        for row in stocks
        if taken[row.reward_id] + row.remaining != row.loaded
    ]
