"""points-svc beside a service that asks it, with a network between them that a test may spoil.

Both are real, each with a database of its own. The wire can lose a request, lose its answer, or
deliver a request long after whoever sent it gave up.
"""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from chassis import failpoints
from chassis.testing.databases import Server
from chassis.testing.stage import START, Stage
from contracts.events.members import MemberEnrolled, MemberStatusChanged
from contracts.ids import EventId, MemberId
from points_svc.main import service as points_svc

CLASSIC = Path(__file__).parents[2] / "deploy" / "programmes" / "classic"
PER_CALL = 3
LEFT_OPEN = "WHERE next_attempt_at IS NOT NULL"

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


@contextmanager
def mended(wire: Wire) -> Iterator[None]:
    """A network that is whole again, and no failpoint, before and after."""
    wire.mend()
    yield
    wire.mend()
    failpoints.arm("")


async def open_points(server: Server, folder: Path) -> Stage:
    """points-svc with `classic` published and a fresh database."""
    points = Stage(points_svc, await server.fresh(points_svc.migrations), folder)
    await publish(points, "points", "accrual-rules", "accrual-rules.json")
    return points


async def publish(stage: Stage, settings: str, versions: str = "", file: str = "") -> None:
    """A service's files of the programme: its settings, and a version of what it keeps in
    versions.
    """
    async with stage.client() as ops:
        made = await ops.put(f"/v1/{settings}-svc/programme", json=read(f"{settings}.json"))
        assert made.is_success, made.text
        if versions:
            made = await ops.post(f"/v1/{versions}", json=read(file))
            assert made.is_success, made.text
            version = made.json()["version"]
            made = await ops.post(f"/v1/{versions}/{version}/publish", json={})
            assert made.is_success, made.text


def read(name: str) -> Any:
    """A file of the programme."""
    return json.loads((CLASSIC / name).read_text())


def somebody() -> MemberId:
    """Of whom no service has heard."""
    return MemberId(f"member-{next(_names):05}")


def enrolled(member_id: MemberId) -> MemberEnrolled:
    return MemberEnrolled(
        event_id=EventId(f"{member_id}.enrolled"),
        member_id=member_id,
        occurred_at=START,
        recorded_at=START,
        version="1",
        enrolled_at=START,
    )


def status_told(member_id: MemberId, status: str) -> MemberStatusChanged:
    """What has become of a member."""
    return MemberStatusChanged(
        event_id=EventId(f"{member_id}.status"),
        member_id=member_id,
        occurred_at=START,
        recorded_at=START,
        version="1",
        status=status,
        revision=1,
    )


async def give(points: Stage, member_id: MemberId, count: int, name: str = "given") -> None:
    """So many points, by hand; whom points-svc has not heard of gets none."""
    if count:
        async with points.client() as staff:
            given = await staff.post(
                f"/v1/points/{member_id}/adjustments",
                json={"points": count, "reason": "test"},
                headers={"Idempotency-Key": f"{name}-{member_id}"},
            )
            assert given.is_success, given.text


async def account_of(points: Stage, member_id: str) -> tuple[int, int]:
    """Points available and held."""
    async with points.client() as reader:
        accounts = (await reader.get(f"/v1/points/{member_id}")).json()["accounts"]
    (account,) = [each for each in accounts if each["point_type"] == "points"]
    return account["available"], account["held"]


async def press(stage: Stage, table: str, *, is_tired: bool, is_late: bool) -> None:
    """What is left open in a table of commands may be taken in hand now: for the hundredth time if
    `is_tired`, after a quarter of an hour if `is_late`.
    """
    changes = ["next_attempt_at = '2000-01-01'"]
    changes += ["attempts = 100"] if is_tired else []
    changes += ["decided_at = decided_at - interval '16 minutes'"] if is_late else []
    async with stage.begin() as tx:
        await tx.execute("press", f"UPDATE {table} SET {', '.join(changes)} {LEFT_OPEN}")
