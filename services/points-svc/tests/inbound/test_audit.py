"""The auditor goes round beside whoever writes, and says how old its oldest check is (P13)."""

import asyncio
import random

from chassis.tx import Conflict
from points_svc.domain.audit_pace import ROUND
from points_testing.auditing import audited, bought, findings
from points_testing.desk import START, Desk, of
from points_testing.ledger import purchase
from points_testing.lives import lived


async def test_P13_an_honest_ledger_is_sound_and_its_checks_are_young(desk: Desk):
    for seed in (5, 6):
        desk.at(START)
        await lived(desk, random.Random(seed))
    for job in ("expire_lots", "anchor_heads"):
        await desk.stage.run_job(job)
    assert await audited(desk) == []
    shown = (await desk.api.get("/v1/points:audit")).json()
    (stored,) = await desk.stage.rows("SELECT count(*) AS n FROM posting")
    (accounts,) = await desk.stage.rows("SELECT count(*) AS n FROM account")
    assert (shown["last_round"]["postings"], shown["last_round"]["accounts"]) == (
        stored.n,
        accounts.n,
    )
    assert shown["last_round"]["violations"] == 0
    assert 0 <= shown["last_round"]["age_s"] <= 60
    assert shown["last_anchor"]["is_outside"] is True


async def test_I6_a_hold_open_a_minute_past_its_lapse_is_named(desk: Desk):
    assert await audited(desk) == []
    member = await bought(desk)
    hold_id = (await desk.hold(member, 20, lapse_after_s=60)).json()["hold_id"]
    (found,) = await audited(desk, is_swept=False)
    assert (found["what"], found["member_id"]) == ("hold_overdue", member)
    assert found["numbers"] == {"hold_id": hold_id}
    assert await audited(desk) == []


async def test_P13_the_auditor_finds_nothing_wrong_beside_whoever_writes(desk: Desk):
    members = [await bought(desk) for _ in range(4)]

    async def write(n: int) -> None:
        batch = [of(m, purchase(f"{m}-{n}", desk.stage.clock(), "10.00")) for m in members]
        for _ in range(50):
            try:
                return await desk.stage.deliver(*batch)
            except Conflict:
                await asyncio.sleep(0)
        raise AssertionError("a batch never got through")

    async def look() -> None:
        for _ in range(6):
            desk.at(desk.stage.clock() + 2 * ROUND)
            await desk.stage.run_job("anchor_heads")
            await desk.stage.run_job("audit_ledger")

    await desk.stage.run_job("lapse_holds")
    before = len(await findings(desk))
    burns = [desk.burn(m, 3) for m in members for _ in range(8)]
    await asyncio.gather(look(), *(write(n) for n in range(8)), *burns)
    assert len(await findings(desk)) == before


async def test_P13_a_ledger_from_before_there_were_anchors_is_anchored_by_the_auditor(desk: Desk):
    member = await bought(desk)
    anchors = desk.stage.process.work.anchors
    assert await anchors.between((member, ""), (member, "~")) == []
    assert await audited(desk) == []
    kept = await anchors.between((member, ""), (member, "~"))
    assert [(head.chain, head.position) for head in kept] == [("growth", 5), ("points", 6)]


async def test_findings_are_the_engineers_on_call(desk: Desk):
    async with desk.stage.client("points:read", "reports:read") as reader:
        refused = await reader.get("/v1/points:audit")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    await desk.hold(await bought(desk), 20, lapse_after_s=60)
    assert len([*await audited(desk, is_swept=False), *await audited(desk, is_swept=False)]) == 2
    page = (await desk.api.get("/v1/points:audit", params={"limit": 1})).json()
    cursor = {"cursor": page["next_cursor"]}
    more = (await desk.api.get("/v1/points:audit", params=cursor)).json()
    newest, before = page["items"][0], more["items"][0]
    assert (newest["what"], before["what"]) == ("hold_overdue", "hold_overdue")
    assert newest["finding_id"] > before["finding_id"]
