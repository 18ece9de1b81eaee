"""benefit-svc and points-svc beside each other, with a network between them that a test may spoil.

Both are real, each with a database of its own. The wire can lose a request, lose its answer, or
deliver a request long after whoever sent it gave up.
"""

import itertools
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import httpx

from benefit_svc.main import service as benefit_svc
from chassis.testing.databases import Server
from chassis.testing.stage import START, Stage
from contracts.events.members import MemberEnrolled, MemberStatusChanged
from contracts.ids import EventId, MemberId
from points_svc.main import service as points_svc
from tests.e2e.redemption_books import BURNS, HOLDS, VOUCHERS, Sides, torn

CLASSIC = Path(__file__).parents[2] / "deploy" / "programmes" / "classic"
PER_CALL = 3
LAPSE_LEASES = """
UPDATE redemption SET next_attempt_at = '2000-01-01' WHERE next_attempt_at IS NOT NULL
"""
TIRE = "UPDATE redemption SET attempts = 100 WHERE next_attempt_at IS NOT NULL"
AGE = """
UPDATE redemption SET decided_at = decided_at - interval '16 minutes'
WHERE next_attempt_at IS NOT NULL
"""

_names = itertools.count(1)


def verb_of(request: httpx.Request) -> str:
    """What a request to points-svc asks for: hold, ask, capture, release, burn or cancel."""
    last = request.url.path.rsplit("/", 1)[-1]
    if last in ("capture", "release", "cancel", "burns"):
        return last.removesuffix("s")
    return "hold" if request.method == "POST" else "ask"


class Wire(httpx.AsyncBaseTransport):
    """The network between the two. `spoil(verb, how)` counts requests: the client repeats each
    call.
    """

    def __init__(self, points: Stage, source: str = "benefit-svc") -> None:
        self._door = httpx.ASGITransport(app=points.app, raise_app_exceptions=False)
        self._key = points.key("points:redeem", "points:read", source=source)
        self._spoilt: dict[str, list[str]] = defaultdict(list)
        self._late: list[httpx.Request] = []
        self.asked: list[str] = []

    def spoil(self, verb: str, how: str, times: int = PER_CALL) -> None:
        """Lose the next requests for `verb` (`before` or `after` they took effect, or until `late`)
        or let them pass (`well`).
        """
        self._spoilt[verb] += [how] * times

    def mend(self) -> None:
        """From now on everything arrives, and so does its answer."""
        self._spoilt.clear()

    async def deliver_late(self) -> list[httpx.Response]:
        """What was on the way arrives now."""
        late, self._late = self._late, []
        return [await self._door.handle_async_request(request) for request in late]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["Authorization"] = f"Bearer {self._key}"
        verb = verb_of(request)
        self.asked.append(verb)
        how = self._spoilt[verb].pop(0) if self._spoilt[verb] else "well"
        if how == "late":
            self._late.append(request)
        if how in ("before", "late"):
            raise httpx.ReadTimeout("lost", request=request)
        response = await self._door.handle_async_request(request)
        if how == "after":
            await response.aread()
            raise httpx.ReadTimeout("lost", request=request)
        return response


class Shops:
    """Both services on their stages, and what a till does at their doors."""

    def __init__(self, benefit: Stage, points: Stage, wire: Wire) -> None:
        self.benefit = benefit
        self.points = points
        self.wire = wire
        self._moment = START

    @classmethod
    async def open(cls, server: Server, folder: Path) -> "Shops":
        """Fresh databases, `classic` published."""
        for name in ("points", "benefit"):
            (folder / name).mkdir()
        points = Stage(points_svc, await server.fresh(points_svc.migrations), folder / "points")
        wire = Wire(points)
        dsn = await server.fresh(benefit_svc.migrations)
        benefit = Stage(benefit_svc, dsn, folder / "benefit", transports={"points-svc": wire})
        shops = cls(benefit, points, wire)
        await shops._publish()
        return shops

    async def close(self) -> None:
        await self.benefit.process.stop()
        await self.points.process.stop()

    def pass_time(self, length: timedelta) -> None:
        """Move both clocks on."""
        self._moment += length
        self.benefit.at(self._moment)
        self.points.at(self._moment)

    async def _publish(self) -> None:
        async with self.points.client() as ops:
            made = await ops.put("/v1/points-svc/programme", json=read("points.json"))
            assert made.is_success, made.text
            made = await ops.post("/v1/accrual-rules", json=read("accrual-rules.json"))
            assert made.is_success, made.text
            version = made.json()["version"]
            made = await ops.post(f"/v1/accrual-rules/{version}/publish", json={})
            assert made.is_success, made.text
        async with self.benefit.client() as ops:
            made = await ops.put("/v1/benefit-svc/programme", json=read("benefit.json"))
            assert made.is_success, made.text

    def unheard_of(self) -> MemberId:
        """Someone of whom points-svc has heard nothing."""
        return MemberId(f"member-{next(_names):05}")

    async def member(self, points: int) -> MemberId:
        """Someone who has so many points."""
        member_id = self.unheard_of()
        await self.enrol(member_id, points)
        return member_id

    async def enrol(self, member_id: MemberId, points: int) -> None:
        """points-svc hears of a member, who gets so many points."""
        enrolled = MemberEnrolled(
            event_id=EventId(f"{member_id}.enrolled"),
            member_id=member_id,
            occurred_at=START,
            recorded_at=START,
            version="1",
            enrolled_at=START,
        )
        await self.points.deliver(enrolled)
        if points:
            async with self.points.client() as staff:
                given = await staff.post(
                    f"/v1/points/{member_id}/adjustments",
                    json={"points": points, "reason": "test"},
                    headers={"Idempotency-Key": f"given-{member_id}"},
                )
                assert given.is_success, given.text

    async def suspend(self, member_id: MemberId) -> None:
        """points-svc hears that a member is suspended."""
        await self.points.deliver(
            MemberStatusChanged(
                event_id=EventId(f"{member_id}.suspended"),
                member_id=member_id,
                occurred_at=START,
                recorded_at=START,
                version="1",
                status="suspended",
                revision=1,
            )
        )

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
        async with self.benefit.begin() as tx:
            await tx.execute("lapse_leases", LAPSE_LEASES)
            if is_tired:
                await tx.execute("tire", TIRE)
            if is_late:
                await tx.execute("age", AGE)
        await self.benefit.run_job("recover_redemptions")

    async def account(self, member_id: str) -> tuple[int, int]:
        """Points available and held."""
        async with self.points.client() as reader:
            accounts = (await reader.get(f"/v1/points/{member_id}")).json()["accounts"]
        (account,) = [each for each in accounts if each["point_type"] == "points"]
        return account["available"], account["held"]

    async def state(self, redemption_id: str) -> str:
        async with self.benefit.client() as till:
            seen = (await till.get(f"/v1/redemptions/{redemption_id}")).json()
        state: str = seen["state"]
        return state


def read(name: str) -> object:
    """A file of the programme."""
    return json.loads((CLASSIC / name).read_text())


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
