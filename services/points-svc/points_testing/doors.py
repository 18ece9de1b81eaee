"""A whole life at the doors of the real service, over PostgreSQL: events in, requests out, jobs
when the life says so.
"""

from typing import Any, NamedTuple

import httpx

from contracts.events.members import MemberEnrolled
from contracts.ids import EventId, MemberId
from points_testing.desk import Desk
from points_testing.naive_pools import NaiveLedger
from points_testing.whole_events import HEARD, event_of
from points_testing.whole_steps import Step, Steps
from points_testing.whole_views import TYPES

POOLED = {"open_pool", "share", "leave", "gather", "give_back"}
SIDES = ("available", "pending", "held", "deficit")
SWEEPS = ("lapse_holds", "expire_lots", "rerate_published")
TOTALS = """
SELECT fact_id, point_type,
    CAST(sum(points * ((debit = 'issuance')::int - (credit = 'issuance')::int)) AS bigint) AS points
FROM posting WHERE member_id = ANY(:members) AND revision > 0 GROUP BY fact_id, point_type
"""
SHORTFALL = """
SELECT s.fact_id, s.part FROM shortfall s JOIN posting p USING (member_id, fact_id, part)
WHERE s.member_id = :member AND s.fact_id = :fact_id AND s.point_type = :point_type ORDER BY p.seq
"""
STANDING = """
SELECT points FROM shortfall WHERE member_id = ANY(:members) AND state = 'open' ORDER BY points
"""


class Request(NamedTuple):
    """Where a command goes, what it says, and its key where it has no name of its own."""

    path: str
    body: dict[str, Any]
    key: str = ""
    method: str = "POST"


class Doors:
    """One life, as its channels, its staff and its second person live it."""

    def __init__(self, desk: Desk, finance: httpx.AsyncClient, steps: Steps) -> None:
        self.desk = desk
        self.finance = finance
        self.steps = steps
        self.revision = 0
        self.waiting: dict[str, str] = {}
        self.pool_of: dict[str, str] = {}

    async def begin(self) -> None:
        """The members are enrolled."""
        for member in self.steps.members:
            at = self.steps.enrolled_at
            await self.desk.hear(
                MemberEnrolled(
                    event_id=EventId(f"e-{member}"),
                    member_id=MemberId(member),
                    occurred_at=at,
                    recorded_at=at,
                    version="1",
                    enrolled_at=at,
                )
            )

    async def do(self, step: Step) -> str:
        """One step at its moment; answers the code of the refusal, if it was one."""
        self.desk.at(step.now)
        self.revision += 1
        if step.verb in HEARD:
            await self.desk.hear(event_of(step, self.revision, self.steps.enrolled_at))
        elif step.verb == "sweep":
            for job in SWEEPS:
                await self.desk.stage.run_job(job)
        elif step.verb == "publish":
            await publish(self.desk, step.said["document"])
            await self.desk.stage.run_job("rerate_published")
        elif step.verb != "wait":
            return await self._ask(step.verb, dict(step.said))
        return ""

    async def _ask(self, verb: str, said: dict[str, Any]) -> str:
        asked = await self._request(verb, said)
        caller = self.finance if said.get("by_another") else self.desk.api
        headers = {"Idempotency-Key": asked.key} if asked.key else {}
        answer = await caller.request(
            asked.method, f"/v1/{asked.path}", json=asked.body, headers=headers
        )
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            return str(answer.json()["code"])
        if answer.status_code == 202:
            self.waiting[said["name"]] = answer.json()["adjustment_id"]
        return ""

    async def _request(self, verb: str, said: dict[str, Any]) -> Request:
        name, naive = said.get("name", ""), self.steps.naive
        if verb in POOLED:
            return self._pooled(verb, said)
        if verb in {"burn", "hold", "transfer"}:
            return self._taking(verb, said)
        if verb in {"capture", "release"}:
            body = {"points": said["points"]} if verb == "capture" else {}
            return Request(f"points/{naive.holds[name].account[0]}/holds/{name}/{verb}", body)
        if verb == "cancel":
            return Request(f"points/{naive.burns[name].account[0]}/burns/{name}/cancel", {})
        if verb == "decide":
            verdict = "approve" if said["verdict"] == "posted" else "reject"
            member = naive.waiting[name].account[0]
            return Request(f"points/{member}/adjustments/{self.waiting[name]}/{verdict}", {})
        return await self._by_staff(verb, said)

    def _taking(self, verb: str, said: dict[str, Any]) -> Request:
        body: dict[str, Any] = {
            key: said[key] for key in ("points", "lapse_after_s", "to") if key in said
        }
        if verb != "transfer":
            body["purpose"] = "test"
        elif said["stepped_up"]:
            body["step_up"] = "a-check"
        return Request(f"points/{said['member']}/{verb}s", {f"{verb}_id": said["name"], **body})

    def _pooled(self, verb: str, said: dict[str, Any]) -> Request:
        if verb == "open_pool":
            sharers = [{"member_id": one, "share": share} for one, share in said["shares"].items()]
            return Request("pools", {"pool_id": said["pool_id"], "members": sharers})
        if verb == "give_back":
            name, member = said["name"], self.steps.naive.gathered[said["name"]].member
            place = f"pools/{self.pool_of[name]}/members/{member}/gatherings/{name}"
            return Request(f"{place}/cancel", {})
        place, member = f"pools/{said['pool_id']}", said["member"]
        if verb == "gather":
            self.pool_of[said["name"]] = said["pool_id"]
            body = {"gathering_id": said["name"], "member_id": member, "points": said["points"]}
            body |= {"purpose": said["purpose"]} if said["purpose"] else {}
            body |= {"step_up": "a-check"} if said["stepped_up"] else {}
            return Request(f"{place}/gatherings", body)
        if verb == "share":
            return Request(f"{place}/members/{member}", {"share": said["share"]}, method="PUT")
        return Request(f"{place}/members/{member}", {}, method="DELETE")

    async def _by_staff(self, verb: str, said: dict[str, Any]) -> Request:
        why = {"reason": "because", "reason_code": "test"}
        key = said.get("name", f"k{self.revision}-{self.steps.name}")
        if verb == "adjust":
            path, body = "adjustments", {"points": said["points"]}
        elif verb == "settle":
            of = {name: said[name] for name in ("member", "fact_id", "point_type")}
            one = (await self.desk.stage.rows(SHORTFALL, **of))[said["nth"]]
            path, body = f"shortfalls/{one.fact_id}.{one.part}/settle", {"state": said["state"]}
        else:
            path, body = f"lots/{said['lot_id']}/{verb}", {"days": said["days"]}
        return Request(f"points/{said['member']}/{path}", {**body, **why}, key)

    async def sides(self) -> dict[tuple[str, str], tuple[int, ...]]:
        """What members have, as they are answered."""
        found = {}
        for member in self.steps.members:
            for point_type in TYPES:
                account = await self.desk.account(member, point_type)
                found[member, point_type] = tuple(account[side] for side in SIDES)
        return found

    async def totals(self) -> dict[tuple[str, str], int]:
        """What each fact stands at, by its postings."""
        rows = await self.desk.stage.rows(TOTALS, members=self.steps.members)
        return {(row.fact_id, row.point_type): abs(row.points) for row in rows}

    async def lots(self, member: str) -> list[tuple[str, str | None, int, int]]:
        """A member's lots, as they are answered once the jobs have run."""
        page = {"limit": 200}
        answer = await self.desk.api.get(f"/v1/points/{member}/lots", params=page)
        return sorted(
            (one["occurred_at"], str(one["expires_at"]), one["remaining"], one["expired"])
            for one in answer.json()["items"]
            if one["remaining"] or one["expired"]
        )

    async def standing(self) -> list[int]:
        """The shortfalls that wait."""
        rows = await self.desk.stage.rows(STANDING, members=self.steps.members)
        return [row.points for row in rows]


async def publish(desk: Desk, document: dict[str, Any]) -> None:
    """Put a document in force now."""
    drafted = await desk.api.post("/v1/accrual-rules", json=document)
    assert drafted.status_code == 201, drafted.text
    version = drafted.json()["version"]
    published = await desk.api.post(f"/v1/accrual-rules/{version}/publish")
    assert published.status_code == 200, published.text


def lots_of(naive: NaiveLedger, member: str) -> list[tuple[str, str | None, int, int]]:
    """A member's lots, as the naive ledger has them."""

    def said(at: Any) -> str:
        return at.isoformat().replace("+00:00", "Z") if at else "None"

    return sorted(
        (said(lot.at), said(lot.ends), lot.here, lot.lost)
        for point_type in TYPES
        for lot in naive.of((member, point_type))
        if lot.here or lot.lost
    )
