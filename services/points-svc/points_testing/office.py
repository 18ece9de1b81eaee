"""Who drafts and publishes versions of the rules, as tests of points-svc speak to it."""

import asyncio
import json
from datetime import datetime
from typing import Any

from chassis.testing.eventually import eventually
from points_svc.handlers.publish_rules import publish_rules
from points_testing.desk import PROGRAMMES, Desk

WAITING = """
SELECT 1 FROM pg_locks
WHERE locktype = 'advisory' AND NOT granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Office:
    """Versions of the rules that follow the last published one; `now` is where its tests begin."""

    def __init__(self, desk: Desk, now: datetime) -> None:
        self.desk = desk
        self.now = now

    async def draft(self, rate: str, adding: str = "") -> int:
        """The last version at another rate, with one point type more where one is named."""
        page = (await self.desk.api.get("/v1/accrual-rules", params={"limit": 200})).json()
        document = next(i for i in page["items"] if i["state"] == "published")["document"]
        types: list[dict[str, Any]] = document["point_types"]
        rules: list[dict[str, Any]] = document["rules"]
        next(r for r in rules if r["rule"] == "points_by_spend")["effect"]["points"] = rate
        if adding:
            types.append({"point_type": adding, "is_burnable": True, "expiry": {"kind": "never"}})
            by_spend = {"kind": "per_unit", "points": "3"}
            base = {"rule": f"{adding}_by_spend", "point_type": adding, "phase": "base"}
            rules.append({**base, "effect": by_spend})
        drafted = await self.desk.api.post("/v1/accrual-rules", json=document)
        assert drafted.status_code == 201, drafted.text
        return int(drafted.json()["version"])

    @staticmethod
    def document(*rules: dict[str, Any]) -> dict[str, Any]:
        """`classic` without what conditions brought to it, and these rules about its points."""
        written = json.loads((PROGRAMMES / "classic" / "accrual-rules.json").read_text())
        plain = [rule for rule in written["rules"] if "when" not in rule]
        more = [{"point_type": "points", **rule} for rule in rules]
        return {**written, "rules": [*plain, *more]}

    async def write(self, *rules: dict[str, Any]) -> int:
        """Put `document` in force now."""
        drafted = await self.desk.api.post("/v1/accrual-rules", json=self.document(*rules))
        assert drafted.status_code == 201, drafted.text
        version = int(drafted.json()["version"])
        done = await self.desk.api.post(f"/v1/accrual-rules/{version}/publish")
        assert done.status_code == 200, done.text
        return version

    async def publish(self, rate: str, adding: str = "", at: datetime | None = None) -> int:
        """Put a version in force from `at` on, or now."""
        version = await self.draft(rate, adding)
        body = {"effective_from": at.isoformat()} if at else {}
        done = await self.desk.api.post(f"/v1/accrual-rules/{version}/publish", json=body)
        assert done.status_code == 200, done.text
        return version

    async def publish_and_catch_up(self, version: int) -> None:
        """As patiently as nobody at a door would wait."""
        async with self.desk.stage.begin() as tx:
            await publish_rules(tx, version, None)
        await self.catch_up()

    async def catch_up(self) -> int:
        return await self.desk.stage.run_job("rerate_published")

    async def waits_or_ends(self, task: "asyncio.Task[Any]") -> None:
        """Until it waits for a lock, or has not waited for anybody."""

        async def stands() -> bool:
            return task.done() or bool(await self.desk.stage.rows(WAITING))

        await eventually(stands)
