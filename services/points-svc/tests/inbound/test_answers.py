"""What is answered: balances, postings, lots and why."""

from datetime import timedelta
from uuid import uuid4

import pytest

from points_testing.desk import START, Desk, back, of, tiers
from points_testing.ledger import purchase

DAY = timedelta(days=1)


async def test_a_member_without_points_answers_zeros_once_the_enrolment_is_known(desk: Desk):
    member = str(uuid4())
    unknown = await desk.api.get(f"/v1/points/{member}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "member_not_found")
    await desk.enroll(member)
    zeros = {"available": 0, "held": 0, "pending": 0, "deficit": 0, "expiring": []}
    assert (await desk.api.get(f"/v1/points/{member}")).json() == {
        "member_id": member,
        "as_of": "2026-04-01T00:00:00Z",
        "accounts": [{"point_type": name, **zeros} for name in ("points", "growth")],
    }


async def test_a_balance_says_what_expires_and_judges_at_the_moment_of_asking(desk: Desk):
    member = await desk.enroll()
    await desk.hear(of(member, purchase(f"{member}1", START, "100.00")))
    desk.at(START + 300 * DAY)
    await desk.hear(of(member, purchase(f"{member}2", START + 300 * DAY, "10.00")))
    answer = (await desk.api.get(f"/v1/points/{member}")).json()
    points = next(a for a in answer["accounts"] if a["point_type"] == "points")
    assert points["expiring"] == [
        {"on": "2028-01-01", "points": 110},
        {"on": "2029-01-01", "points": 11},
    ]
    desk.at(START + 800 * DAY)
    assert await desk.available(member) == 11
    assert await desk.stage.rows("SELECT 1 FROM posting WHERE kind = 'expiry'") == []


async def test_postings_come_newest_first_page_by_page(desk: Desk):
    member = await desk.enroll()
    for n in range(3):
        await desk.hear(of(member, purchase(f"{member}{n}", START + n * DAY, "10.00")))
    url = f"/v1/points/{member}/postings"
    seen, cursor = [], ""
    for _ in range(4):
        page = (
            await desk.api.get(
                url, params={"limit": 2, "cursor": cursor} if cursor else {"limit": 2}
            )
        ).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert [p["posting_id"] for p in seen] == [p["posting_id"] for p in await desk.postings(member)]
    moments = [p["occurred_at"] for p in seen]
    assert (len(seen), moments) == (6, sorted(moments, reverse=True))
    first = seen[-1]
    assert set(first) == {
        "posting_id",
        "kind",
        "point_type",
        "points",
        "from",
        "to",
        "occurred_at",
        "recorded_at",
        "fact_id",
        "rule_version",
        "expires_at",
    }
    assert (first["kind"], first["from"], first["to"]) == ("accrual", "issuance", "available")
    forged = await desk.api.get(url, params={"cursor": "AAAA"})
    assert (forged.status_code, forged.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("noun", ["postings", "lots"])
async def test_nobody_has_no_postings_and_no_lots(desk: Desk, noun: str):
    answer = await desk.api.get(f"/v1/points/{uuid4()}/{noun}")
    assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")


async def test_lots_say_what_is_left(desk: Desk):
    member = await desk.enroll()
    a = of(member, purchase(member, START, "100.00"))
    await desk.hear(a)
    await desk.burn(member, 30)
    lots = (await desk.api.get(f"/v1/points/{member}/lots", params={"limit": 1})).json()
    assert lots["items"] == [
        {
            "lot_id": a.fact_id,
            "point_type": "points",
            "granted": 110,
            "remaining": 80,
            "expired": 0,
            "occurred_at": "2026-04-01T00:00:00Z",
            "available_from": "2026-04-01T00:00:00Z",
            "expires_at": "2027-12-31T16:00:00Z",
            "stage": "open",
        }
    ]
    assert lots["next_cursor"]


async def test_E5_why_an_accrual(desk: Desk):
    member = await desk.enroll()
    a = of(member, purchase(member, START, "250.50", "0.07"))
    await desk.hear(tiers(member, 7, (START - DAY, "silver")))
    await desk.hear(a)
    why = await desk.why(member, f"{a.fact_id}.points")
    assert why["facts"] == [
        {"fact_id": a.fact_id, "kind": "purchase", "occurred_at": "2026-04-01T00:00:00Z"}
    ]
    assert why["tier"] == {
        "tier": "silver",
        "multiplier": "6/5",
        "because": "told",
        "told_from": "2026-03-31T00:00:00Z",
        "told_seq": 7,
    }
    assert {step["step"]: step["value"] for step in why["steps"]} == {
        "net_minor": "25057",
        "points_per_100_minor": "1",
        "multiplier": "6/5",
        "exact": "75171/250",
        "floored": "300",
    }
    assert [(line["exact"], line["points"]) for line in why["lines"]] == [
        ("1503/5", 300),
        ("21/250", 0),
    ]
    assert [rule["rule"] for rule in why["rules"] if rule["applied"]] == [
        "points_by_spend",
        "points_by_tier",
    ]
    assert why["posting"]["rule_version"] == "1"


async def test_E5_why_a_reversal_and_why_its_rerating_by_what_was_known_then(desk: Desk):
    member = await desk.enroll()
    a = of(member, purchase(member, START - 9 * DAY, "100.00", units=3))
    early = back(a, f"1{member}", START - 8 * DAY, ("1", 1))
    late = back(a, f"2{member}", START - 7 * DAY, ("1", 2))
    await desk.hear(a, late)
    await desk.hear(early)
    postings = [p for p in await desk.postings(member) if p["point_type"] == "points"]
    reversal, rerating = (
        next(p for p in postings if p["fact_id"] == late.fact_id and p["kind"] == kind)
        for kind in ("reversal", "rerating")
    )
    first = await desk.why(member, reversal["posting_id"])
    steps = {step["step"]: step["value"] for step in first["steps"]}
    assert (
        steps
        | {
            "before_floored": "110",
            "after_exact": "110/3",
            "after_floored": "36",
            "target": "74",
            "already_posted": "0",
            "difference": "74",
        }
        == steps
    )
    assert [fact["fact_id"] for fact in first["facts"]] == [a.fact_id, late.fact_id]
    second = await desk.why(member, rerating["posting_id"])
    steps = {step["step"]: step["value"] for step in second["steps"]}
    assert steps | {"before_floored": "73", "after_floored": "0", "difference": "-1"} == steps
    assert [f["fact_id"] for f in second["facts"]] == [a.fact_id, early.fact_id, late.fact_id]
    assert [line["kept"] for line in second["lines"]] == [0]


async def test_E5_why_a_burn_names_its_lots_and_who_decided(desk: Desk):
    member = await desk.enroll()
    a = of(member, purchase(member, START, "100.00"))
    await desk.hear(a)
    await desk.burn(member, 30)
    (burn,) = [p for p in await desk.postings(member) if p["kind"] == "burn"]
    why = await desk.why(member, burn["posting_id"])
    assert why["draws"] == [{"lot_id": a.fact_id, "points": 30, "expired": 0}]
    assert (why["decision"]["actor"], why["decision"]["reason"]) == ("key:till0", "test")


async def test_every_posting_explains_itself(desk: Desk):
    member = await desk.enroll()
    a = of(member, purchase(member, START - 9 * DAY, "100.00", units=2))
    await desk.hear(a)
    await desk.hold(member, 60, lapse_after_s=1)
    desk.at(START + DAY)
    await desk.stage.run_job("lapse_holds")
    await desk.burn(member, 100)
    await desk.hear(back(a, member, START, ("1", 1)))
    await desk.hear(tiers(member, 1, (START - 90 * DAY, "gold")))
    desk.at(START + 900 * DAY)
    await desk.stage.run_job("expire_lots")
    kinds = set()
    for posting in await desk.postings(member):
        why = await desk.why(member, posting["posting_id"])
        kinds.add(posting["kind"])
        assert why["facts"] or why["decision"] or why["draws"]
    assert kinds >= {"accrual", "hold", "lapse", "burn", "reversal", "deficit_payment", "rerating"}


async def test_a_posting_that_is_not_there(desk: Desk):
    member = await desk.enroll()
    answer = await desk.api.get(f"/v1/points/{member}/postings/x.points/why")
    assert (answer.status_code, answer.json()["code"]) == (404, "posting_not_found")
