"""tier-svc alone, with made-up members whose ladder is about to change: a stage to ask it at, and
processes of its own, that play the role `jobs` alone and are killed.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chassis.testing.databases import Server
from chassis.testing.eventually import eventually
from chassis.testing.stage import MovableClock, Stage
from deploy.local import parent
from deploy.local.suite import environment
from tier_svc.main import service

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ENROLLED = NOW - timedelta(days=400)
EACH = 4
FINISHED_MAX_S = 1_800.0

SETTINGS = {"zone": "Asia/Shanghai", "currency": "CNY", "minor_units": 2}
SILVER = {
    "tier": "silver",
    "test": {"metric": "visits", "at_least": 2, "window": {"rolling_days": 60}},
    "stay": {"calendar": "month", "periods": 2},
}
GOLD = {
    "tier": "gold",
    "test": {"metric": "spend", "at_least": 300_000, "window": {"rolling_months": 12}},
    "stay": {"months": 12},
    "renewal": "at_period_end",
}
BEFORE = {"name": "main", "rungs": [{"tier": "regular"}, SILVER, GOLD]}
LATER_GOLD = {
    **GOLD,
    "test": {"metric": "spend", "at_least": 240_000, "window": {"calendar": "year"}},
    "downgrade": "one_step",
    "grace": {"days": 30},
}
LATER = {**BEFORE, "rungs": [{"tier": "regular"}, SILVER, LATER_GOLD]}

MEMBERS = """
INSERT INTO member (member_id, enrolled_at)
SELECT 'm' || lpad(n::text, 9, '0'), :enrolled
FROM generate_series(1, CAST(:members AS integer)) AS n
"""
PURCHASES = """
INSERT INTO purchase (member_id, fact_id, occurred_at, spend_minor, lines, store_id, channel)
SELECT 'm' || lpad(n::text, 9, '0'), lpad(p::text, 4, '0') || md5(n || ':' || p),
    CAST(:enrolled AS timestamptz) + make_interval(
        secs => (hashtext(n || 'at' || p)::bigint & 2147483647) % (395 * 86400)),
    300 + (hashtext(n || 'spend' || p)::bigint & 2147483647) % (10000 + n % 17 * 12000),
    jsonb_build_array(jsonb_build_array('1', 1, 1000, 'grocery')), 's' || n % 20, 'till'
FROM generate_series(1, CAST(:members AS integer)) AS n,
    generate_series(1, CAST(:each AS integer)) AS p
"""
STANDINGS = """
SELECT member_id, told::text AS told, tier, next_evaluation_at, falls_at FROM standing
ORDER BY member_id
"""
TOLD_TO = "SELECT told_to FROM publication WHERE told_to IS NOT NULL"
TOLD_TWICE = """
SELECT s.member_id, s.seq, count(l.seq) AS tellings FROM standing AS s
LEFT JOIN told_log AS l USING (member_id, ladder) GROUP BY s.member_id, s.ladder, s.seq
HAVING count(l.seq) <> s.seq
"""

Standings = dict[str, tuple[Any, ...]]
"""Of each member what is kept as told, to the byte, and what follows from it; not the number of
tellings, which never goes back.
"""


@dataclass(frozen=True)
class Site:
    """A tier-svc of so many members, who have been told of the first version."""

    stage: Stage
    dsn: str
    folder: Path

    @classmethod
    async def open(cls, server: Server, folder: Path, members: int) -> "Site":
        dsn = await server.fresh(service.migrations)
        site = cls(Stage(service, dsn, folder, MovableClock(NOW)), dsn, folder)
        async with site.stage.client() as ops:
            (await ops.put("/v1/tier-svc/programme", json=SETTINGS)).raise_for_status()
        async with site.stage.begin() as tx:
            await tx.execute("members", MEMBERS, members=members, enrolled=ENROLLED)
            await tx.execute("purchases", PURCHASES, members=members, each=EACH, enrolled=ENROLLED)
        await site.publish(BEFORE)
        await site.tell()
        return site

    async def close(self) -> None:
        await self.stage.process.stop()

    async def publish(self, ladder: dict[str, Any], **how: str) -> int:
        """Put a version in force; nobody has been told of it yet."""
        async with self.stage.client() as ops:
            drafted = (await ops.post("/v1/ladders", json=ladder)).raise_for_status().json()
            path = f"/v1/ladders/{drafted['version']}/publish"
            (await ops.post(path, json=how)).raise_for_status()
        version: int = drafted["version"]
        return version

    async def withdraw(self, version: int) -> None:
        """Go back to the version before; nobody has been told of it yet."""
        async with self.stage.client() as ops:
            (await ops.post(f"/v1/ladders/{version}/withdraw")).raise_for_status()

    async def tell(self) -> None:
        """Tell everybody, in this process and uninterrupted."""
        await self.stage.run_job("tell_publication")

    async def told_to(self) -> str | None:
        """How far the telling has come; None once it is over."""
        rows = await self.stage.rows(TOLD_TO)
        return str(rows[0].told_to) if rows else None

    async def standings(self) -> Standings:
        return {
            row.member_id: (row.told, row.tier, row.next_evaluation_at, row.falls_at)
            for row in await self.stage.rows(STANDINGS)
        }

    async def told_twice(self) -> list[Any]:
        """Members whose number of tellings is not the number that was kept."""
        return await self.stage.rows(TOLD_TWICE)

    async def killed(self, failpoint: str) -> None:
        """A process tells until it dies at the failpoint, as by kill -9."""
        with self._process(failpoint) as process:

            async def died() -> bool:
                return process.poll() is not None

            await eventually(died, FINISHED_MAX_S, what=f"the process dies at {failpoint}")

    async def killed_at_work(self, failpoint: str = "") -> None:
        """A process tells some members and is killed by kill -9 before it is through."""
        before = await self.told_to()
        with self._process(failpoint) as process:

            async def has_begun() -> bool:
                return await self.told_to() != before

            await eventually(has_begun, FINISHED_MAX_S, what="some members were told")
            process.send_signal(signal.SIGKILL)
            process.wait()

    async def finished(self) -> None:
        """A process tells those who are left."""
        with self._process():

            async def is_over() -> bool:
                return await self.told_to() is None

            await eventually(is_over, FINISHED_MAX_S, what="everybody was told")

    @contextmanager
    def _process(self, failpoint: str = "") -> Iterator[subprocess.Popen[bytes]]:
        clock = self.folder / "now"
        clock.write_text(NOW.isoformat())
        child_end, our_end = os.pipe()
        told = {
            "LAUREL_DATABASE_URL": self.dsn,
            "LAUREL_BUS": "local",
            "LAUREL_KEYS_FILE": str(self.folder / "keys.json"),
            "LAUREL_SECRETS_FILE": str(self.folder / "secrets.json"),
            "LAUREL_ROLES": "jobs",
            "LAUREL_TEST_CLOCK_FILE": str(clock),
            "LAUREL_FAILPOINTS": failpoint,
            parent.VARIABLE: str(child_end),
        }
        with (self.folder / "jobs.log").open("ab") as log:
            process = subprocess.Popen(
                (sys.executable, "-m", "tier_svc.main"),
                env={**environment(), **told},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(child_end,),
                start_new_session=True,
            )
            try:
                yield process
            finally:
                process.kill()
                process.wait()
                os.close(child_end)
                os.close(our_end)


def unlike(one: Standings, other: Standings) -> list[str]:
    """The members who do not stand the same, to the byte."""
    return sorted(m for m in one.keys() | other.keys() if one.get(m) != other.get(m))
