"""Complaints are heard, and what becomes of them: they cost a tier, and keep it no longer than they
stand (M10, T1, T4).
"""

import random

import pytest

from contracts.events.purchases import FeedbackRecorded

SAME = ("event_id", "member_id", "occurred_at", "recorded_at", "version", "fact_id", "enrolled_at")
CARE = {
    "name": "care",
    "rungs": [
        {"tier": "guest"},
        {
            "tier": "friend",
            "test": {
                "all": [
                    {"metric": "spend", "at_least": 1_000, "window": {"lifetime": True}},
                    {
                        "metric": "complaints",
                        "at_most": 0,
                        "window": {"rolling_months": 3},
                        "where": {"severities": ["high", "critical"], "categories": ["delivery"]},
                    },
                ]
            },
        },
    ],
}


@pytest.fixture(scope="module")
async def care(hall):
    async with hall.stage.client() as ops:
        draft = (await ops.post("/v1/ladders", json=CARE)).raise_for_status().json()
        answer = await ops.post(f"/v1/ladders/{draft['version']}/publish")
        answer.raise_for_status()
    while await hall.stage.run_job("tell_publication"):
        pass
    return hall


def said(shop, name, at, **said):
    """Feedback of the member."""
    did = shop.did(name, at, "said")
    same = {field: getattr(did, field) for field in SAME}
    return FeedbackRecorded(**same, source="desk", source_ref=did.fact_id, **said)


def complained(shop, name, at, category="delivery", severity="high"):
    """The member complained."""
    return said(shop, name, at, kind="complaint", category=category, severity=severity)


def became(shop, name, at, of, state):
    """What became of a complaint."""
    named = {"complaint_source": of.source, "complaint_ref": of.source_ref}
    return said(shop, name, at, kind="outcome", state=state, **named)


async def stands(hall, shop):
    """The tiers on the ladder, each with its ordinal and the day on which it begins."""
    return [(tier, n, f"{from_at:%m-%d}") for tier, n, from_at, _ in await hall.told(shop, "care")]


async def test_T1_a_complaint_costs_the_tier_while_it_is_in_the_window(care):
    shop = care.shop()
    await care.hear(shop.sold("A", "2026-03-02T10:00", 5_000))
    await care.hear(complained(shop, "C", "2026-03-10T10:00"))
    lost = [("guest", 1, "02-28"), ("friend", 1, "03-02"), ("guest", 2, "03-10")]
    assert await stands(care, shop) == [*lost, ("friend", 2, "06-10")]


async def test_T1_what_a_filter_does_not_let_through_costs_nothing(care):
    shop = care.shop()
    await care.hear(shop.sold("A", "2026-03-02T10:00", 5_000))
    mild = complained(shop, "C", "2026-03-10T10:00", severity="low")
    other = complained(shop, "D", "2026-03-10T10:00", category="store")
    await care.hear([mild, other])
    assert await stands(care, shop) == [("guest", 1, "02-28"), ("friend", 1, "03-02")]


async def test_T9_the_tier_comes_back_by_itself_and_nothing_more_is_said(care, instant):
    shop = care.shop()
    await care.hear(shop.sold("A", "2026-03-02T10:00", 5_000))
    await care.hear(complained(shop, "C", "2026-03-10T10:00"))
    said_before = len(await care.messages(shop))
    care.stage.at(instant("2026-06-11T10:00"))
    while await care.stage.run_job("advance_standings"):
        pass
    care.stage.at(instant("2026-04-25T12:00"))
    (row,) = await care.stage.rows(
        "SELECT tier FROM standing WHERE member_id = :m AND ladder = 'care'", m=shop.member
    )
    assert (row.tier, len(await care.messages(shop))) == ("friend", said_before)


@pytest.mark.parametrize("state", ["withdrawn", "unfounded"])
async def test_T4_what_falls_was_never_made_from_then_on_and_the_stay_is_the_same(care, state):
    shop = care.shop()
    made = complained(shop, "C", "2026-03-10T10:00")
    await care.hear(shop.sold("A", "2026-03-02T10:00", 5_000), made)
    await care.hear(became(shop, "O", "2026-03-20T10:00", made, state))
    there = [("guest", 1, "02-28"), ("friend", 1, "03-02"), ("guest", 2, "03-10")]
    assert await stands(care, shop) == [*there, ("friend", 1, "03-20")]
    await care.hear(became(shop, "P", "2026-04-01T10:00", made, "open"))
    again = [*there, ("friend", 1, "03-20"), ("guest", 2, "04-01"), ("friend", 2, "06-10")]
    assert await stands(care, shop) == again


async def test_M10_a_resolved_complaint_was_made(care):
    shop = care.shop()
    made = complained(shop, "C", "2026-03-10T10:00")
    await care.hear(shop.sold("A", "2026-03-02T10:00", 5_000), made)
    told = await stands(care, shop)
    await care.hear(became(shop, "O", "2026-03-20T10:00", made, "resolved"))
    assert await stands(care, shop) == told


async def test_M10_an_outcome_waits_for_its_complaint_and_scores_cost_nothing(care):
    shop = care.shop()
    made = complained(shop, "C", "2026-03-10T10:00")
    await care.hear(shop.sold("A", "2026-03-02T10:00", 5_000))
    await care.hear(became(shop, "O", "2026-03-09T10:00", made, "withdrawn"))
    await care.hear(said(shop, "N", "2026-03-11T10:00", kind="nps", score=0), made)
    assert await stands(care, shop) == [("guest", 1, "02-28"), ("friend", 1, "03-02")]


def history(shop):
    made = complained(shop, "C", "2026-03-10T10:00")
    later = complained(shop, "D", "2026-03-25T10:00", severity="critical")
    sold = shop.sold("A", "2026-03-02T10:00", 5_000)
    return [
        shop.enrolled(),
        *sold,
        made,
        became(shop, "O1", "2026-03-12T10:00", made, "withdrawn"),
        became(shop, "O2", "2026-03-20T10:00", made, "resolved"),
        became(shop, "O3", "2026-03-20T10:00", made, "unfounded"),
        later,
        became(shop, "P1", "2026-03-24T10:00", later, "withdrawn"),
        became(shop, "P2", "2026-04-02T10:00", later, "open"),
        shop.returned("R", "2026-04-10T10:00", sold[0], "1"),
    ]


@pytest.mark.parametrize("seed", range(5))
async def test_E3_every_order_of_complaints_and_outcomes_ends_alike(care, heard, seed):
    chance = random.Random(seed)
    plain, other = care.shop(), care.shop()
    await care.hear(history(plain))
    scattered = history(other)
    scattered += chance.sample(scattered, 4)
    chance.shuffle(scattered)
    await care.hear(*(scattered[n : n + 3] for n in range(0, len(scattered), 3)))
    assert await care.told(other, "care") == await care.told(plain, "care")
    assert await care.rows(other) == await care.rows(plain)
    messages = [one for one in await care.messages(other) if one.ladder == "care"]
    assert heard(messages) == await care.told(other, "care")


async def test_T6_a_standing_names_what_is_too_much_and_why_says_how_it_was_lost(
    care, api, instant
):
    care.stage.at(instant("2026-04-25T12:00"))
    shop = care.shop()
    made = complained(shop, "C", "2026-03-10T10:00")
    await care.hear(shop.sold("A", "2026-03-02T10:00", 5_000), made)
    path, query = f"/v1/standings/{shop.member}", {"ladder": "care"}
    body = (await api.get(path, params=query)).json()
    (missing,) = body["next"]["missing"]
    assert (missing["metric"], missing["missing"], body["next"]["by"]) == ("complaints", 1, None)
    assert missing["where"]["severities"] == ["critical", "high"]
    lost = (await api.get(f"{path}/why", params=query)).json()["lost"]
    spend, few = lost["test"]
    assert (spend["at_least"], spend["at_most"], spend["is_met"]) == (1_000, None, True)
    assert (few["at_least"], few["at_most"], few["value"], few["is_met"]) == (None, 0, 1, False)
    assert [one["fact_id"] for one in few["facts"]] == [made.fact_id]
    back = {"ladder": "care", "at": "2026-06-10T10:00:00+08:00"}
    reached = (await api.get(f"{path}/why", params=back)).json()
    assert (reached["interval"]["reason"], reached["interval"]["fact_id"]) == ("reached", None)
    await care.hear(became(shop, "O", "2026-03-20T10:00", made, "withdrawn"))
    body = (await api.get(f"{path}/why", params=query)).json()
    interval = body["interval"]
    assert (interval["reason"], interval["fact_id"]) == ("complaint", f"{shop.member}.O")
    assert body["reached"]["test"][1]["value"] == 0
