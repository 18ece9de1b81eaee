"""points-svc on its stage, as its tests speak to it: facts in, balances and postings out."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from chassis.testing.stage import Stage
from chassis.tx import Tx
from contracts.events.base import Event
from contracts.events.members import MemberEnrolled, MemberStatusChanged
from contracts.events.points import PointsAccrued, PointsReversed
from contracts.events.purchases import (
    ActivityRecorded,
    PurchaseRecorded,
    PurchaseReturned,
    ReturnedLine,
)
from contracts.events.tiers import TierChanged
from contracts.ids import EventId, FactId, MemberId
from points_svc.domain.moments import moment_id
from points_testing.ledger import purchase, told

PROGRAMMES = Path(__file__).parents[3] / "deploy" / "programmes"
START = datetime(2026, 4, 1, tzinfo=UTC)

FOLDS = """
WITH moved AS (
    SELECT member_id, point_type,
        sum((credit = 'available')::int * points
            - (debit = 'available')::int * points) AS available,
        sum((credit = 'held')::int * points - (debit = 'held')::int * points) AS held,
        sum((credit = 'pending')::int * points - (debit = 'pending')::int * points) AS pending,
        sum((debit = 'deficit')::int * points - (credit = 'deficit')::int * points) AS deficit,
        max(seq) AS seq, count(*) AS n
    FROM posting GROUP BY member_id, point_type),
lots AS (
    SELECT p.member_id, p.point_type,
        sum(p.points - coalesce(d.points, 0)) AS remaining,
        sum(CASE coalesce(t.stage, CASE p.credit WHEN 'pending' THEN 'pending' END)
            WHEN 'pending' THEN p.points - coalesce(d.points, 0) ELSE 0 END) AS waiting,
        min(p.points - coalesce(d.points, 0)) AS least
    FROM posting p LEFT JOIN LATERAL (
        SELECT sum(points) AS points FROM draw w WHERE w.member_id = p.member_id
        AND w.lot_id = p.fact_id AND w.point_type = p.point_type) d ON true
    LEFT JOIN LATERAL (SELECT stage FROM lot_term u WHERE u.member_id = p.member_id
        AND u.lot_id = p.fact_id AND u.point_type = p.point_type
        ORDER BY u.seq DESC LIMIT 1) t ON true
    WHERE p.part = p.point_type GROUP BY p.member_id, p.point_type)
SELECT a.member_id, a.point_type FROM account a
LEFT JOIN moved m USING (member_id, point_type) LEFT JOIN lots l USING (member_id, point_type)
WHERE (a.available, a.held, a.pending, a.deficit, a.seq, a.seq) IS DISTINCT FROM
      (coalesce(m.available, 0), coalesce(m.held, 0), coalesce(m.pending, 0),
       coalesce(m.deficit, 0), coalesce(m.seq, 0), coalesce(m.n, 0))
   OR a.available + a.pending <> coalesce(l.remaining, 0) OR l.least < 0
   OR a.pending <> coalesce(l.waiting, 0)
   OR a.held <> (SELECT coalesce(sum(points), 0) FROM hold h WHERE h.member_id = a.member_id
                 AND h.point_type = a.point_type AND h.state = 'open')
"""
CONSERVED = """
SELECT (SELECT coalesce(sum(available + pending + held - deficit), 0) FROM account)
     - (SELECT coalesce(sum(issuance - burn - expiry + adjustment), 0) FROM programme_entry) AS off
"""


class Desk:
    """The service with a programme published, and one caller with every scope."""

    def __init__(self, stage: Stage, api: httpx.AsyncClient) -> None:
        self.stage = stage
        self.api = api

    async def publish(self, programme: str = "classic") -> None:
        """Publish a programme's files through the doors."""
        folder = PROGRAMMES / programme
        settings = json.loads((folder / "points.json").read_text())
        rules = json.loads((folder / "accrual-rules.json").read_text())
        put = await self.api.put("/v1/points-svc/programme", json=settings)
        assert put.status_code == 200, put.text
        drafted = await self.api.post("/v1/accrual-rules", json=rules)
        assert drafted.status_code == 201, drafted.text
        version = drafted.json()["version"]
        published = await self.api.post(f"/v1/accrual-rules/{version}/publish")
        assert published.status_code == 200, published.text

    async def hear(self, *events: Event) -> None:
        """Every message twice: once, then once more in another batch."""
        await self.stage.deliver(*events)
        await self.stage.deliver(*events)

    def at(self, moment: datetime) -> None:
        self.stage.at(moment)

    async def enroll(self, member_id: str | None = None) -> str:
        member = MemberId(member_id or str(uuid4()))
        await self.hear(
            MemberEnrolled(
                event_id=EventId(f"e-{member}"),
                member_id=member,
                occurred_at=START,
                recorded_at=START,
                version="1",
                enrolled_at=START - timedelta(days=60),
            )
        )
        return member

    async def account(self, member_id: str, point_type: str = "points") -> dict[str, Any]:
        """One account as it is answered, without what expires."""
        answer = await self.api.get(f"/v1/points/{member_id}")
        assert answer.status_code == 200, answer.text
        (found,) = [a for a in answer.json()["accounts"] if a["point_type"] == point_type]
        return {name: found[name] for name in ("available", "held", "pending", "deficit")}

    async def available(self, member_id: str, point_type: str = "points") -> int:
        return int((await self.account(member_id, point_type))["available"])

    async def give(self, member_id: str, points: int) -> None:
        """A purchase that is worth so many points for a regular member."""
        net = f"{points * 10 // 11}.{points * 1000 // 11 % 100:02d}"
        await self.hear(of(member_id, purchase(str(uuid4()), self.stage.clock(), net)))
        short = points - await self.available(member_id)
        assert 0 <= short <= 1, short

    async def totals(self, member_id: str) -> dict[tuple[str, str], int]:
        """What each fact and point type was last said to stand at."""
        latest: dict[tuple[str, str], tuple[int, int]] = {}
        for event in await self.stage.said():
            if event.member_id != member_id:
                continue
            if isinstance(event, PointsAccrued | PointsReversed):
                key = (event.fact_id, event.point_type)
                latest[key] = max(latest.get(key, (0, 0)), (event.revision, event.points))
        return {key: points for key, (_, points) in latest.items()}

    async def kinds(self, member_id: str, point_type: str = "points") -> Counter[str]:
        """How many postings of each kind there are."""
        rows = await self.stage.rows(
            "SELECT kind FROM posting WHERE member_id = :m AND point_type = :t",
            m=member_id,
            t=point_type,
        )
        return Counter(row.kind for row in rows)

    async def postings(self, member_id: str) -> list[dict[str, Any]]:
        answer = await self.api.get(f"/v1/points/{member_id}/postings", params={"limit": 200})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def why(self, member_id: str, posting_id: str) -> dict[str, Any]:
        answer = await self.api.get(f"/v1/points/{member_id}/postings/{posting_id}/why")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def hold(self, member_id: str, points: int, **more: Any) -> httpx.Response:
        body = {"hold_id": str(uuid4()), "points": points, "purpose": "test", **more}
        return await self.api.post(f"/v1/points/{member_id}/holds", json=body)

    async def burn(self, member_id: str, points: int, **more: Any) -> httpx.Response:
        body = {"burn_id": str(uuid4()), "points": points, "purpose": "test", **more}
        return await self.api.post(f"/v1/points/{member_id}/burns", json=body)

    @asynccontextmanager
    async def interrupted(
        self, after: str, act: Callable[[], Awaitable[object]]
    ) -> AsyncIterator[Tx]:
        """A transaction in which something else happens and commits right after the first statement
        of a name."""
        async with self.stage.begin() as tx:
            execute, waiting = tx.execute, [act]

            async def slip(name: str, sql: str, /, **params: Any) -> list[Any]:
                rows = await execute(name, sql, **params)
                if name == after and waiting:
                    await waiting.pop()()
                return rows

            setattr(tx, "execute", slip)  # noqa: B010
            yield tx

    async def books_balance(self) -> bool:
        """I1, I2 and I3: accounts, lots and holds are the fold of the ledger, and nothing
        leaked.
        """
        assert await self.stage.rows(FOLDS) == []
        assert (await self.stage.rows(CONSERVED))[0].off == 0
        return True


def of(member_id: str, bought: PurchaseRecorded) -> PurchaseRecorded:
    """The purchase of another member."""
    fields = {name: getattr(bought, name) for name in bought.__struct_fields__}
    enrolled = min(bought.enrolled_at, START - timedelta(days=60))
    return PurchaseRecorded(**{**fields, "member_id": MemberId(member_id), "enrolled_at": enrolled})


def back(
    bought: PurchaseRecorded, ref: str, at: datetime, *units: tuple[str, int]
) -> PurchaseReturned:
    """A return of units of a purchase."""
    return PurchaseReturned(
        event_id=EventId(f"r-{ref}"),
        member_id=bought.member_id,
        occurred_at=at,
        recorded_at=at,
        version="1",
        fact_id=FactId(moment_id(at, "return", ref)),
        source="till",
        source_ref=ref,
        purchase_fact_id=bought.fact_id,
        purchase_occurred_at=bought.occurred_at,
        lines=tuple(ReturnedLine(line_id=line, quantity=n) for line, n in units),
    )


def activity(
    member_id: str, at: datetime, kind: str = "checkin", ref: str = "", **more: Any
) -> ActivityRecorded:
    """An activity of a member; the same `ref` at the same instant names the same one."""
    name = ref or str(uuid4())
    return ActivityRecorded(
        event_id=EventId(f"a-{name}"),
        member_id=MemberId(member_id),
        occurred_at=at,
        recorded_at=at,
        version="1",
        fact_id=FactId(moment_id(at, "activity", name)),
        source="app",
        source_ref=name,
        enrolled_at=START - timedelta(days=60),
        kind=kind,
        **more,
    )


def tiers(member_id: str, seq: int, *steps: tuple[datetime, str]) -> TierChanged:
    """What a member was told."""
    message = told(seq, *steps)
    fields = {name: getattr(message, name) for name in message.__struct_fields__}
    return TierChanged(
        **{**fields, "member_id": MemberId(member_id), "event_id": EventId(f"{member_id}-{seq}")}
    )


def status_told(member: str, status: str, revision: int = 1) -> MemberStatusChanged:
    """What has become of a member; the highest revision counts."""
    return MemberStatusChanged(
        event_id=EventId(f"{member}-{revision}"),
        member_id=MemberId(member),
        occurred_at=START,
        recorded_at=START,
        version="1",
        status=status,
        revision=revision,
    )
