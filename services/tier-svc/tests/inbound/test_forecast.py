"""What is to be expected at the end of the period, at the member's own pace (T6)."""

from datetime import timedelta

import pytest

SPENT = ("2026-01-30", "2026-02-10", "2026-03-01", "2026-04-01", "2026-04-20")


@pytest.fixture
async def standing(hall, api, instant):
    """Answers the standing of a member whose history is heard at an instant."""

    async def ask(shop, at):
        hall.stage.at(instant(at))
        answer = await api.get(f"/v1/standings/{shop.member}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


def values(body):
    return {one["metric"]: one["value"] for one in body["forecast"]["metrics"]}


async def test_T6_a_forecast_goes_on_at_the_pace_of_ninety_days(hall, instant, standing):
    hall.stage.at(instant("2026-04-25T12:00"))
    shop = hall.shop("2025-01-01T00:00")
    sold = [shop.sold(day, f"{day}T10:00", 100_000) for day in SPENT]
    await hall.hear(shop.enrolled(), *sold)
    body = await standing(shop, "2026-04-25T12:00")
    found = body["forecast"]
    assert (found["at"], found["seen_days"], found["tier"]) == (
        "2026-04-30T16:00:00Z",
        90,
        "regular",
    )
    assert found["formula"] == "counting_at_end + gained * left // seen"
    left = instant("2026-05-01T00:00") - instant("2026-04-25T12:00")
    tick = timedelta(microseconds=1)
    seen = timedelta(days=90) // tick
    assert values(body) == {
        "visits": 2 + 5 * (left // tick) // seen,
        "growth": 5_000 + 5_000 * (left // tick) // seen,
        "spend": 500_000 + 500_000 * (left // tick) // seen,
    }


async def test_T6_a_pace_that_leads_higher_forecasts_the_higher_tier(hall, instant, standing):
    hall.stage.at(instant("2026-03-29T12:00"))
    shop = hall.shop("2026-03-01T00:00")
    days = range(1, 29)
    heard = [shop.sold(f"{n}", f"2026-03-{n:02}T10:00", 34_000) for n in days]
    await hall.hear(shop.enrolled(), *heard)
    body = await standing(shop, "2026-03-29T12:00")
    assert (body["tier"], body["forecast"]["seen_days"]) == ("silver", 30)
    assert body["forecast"]["at"] == "2026-03-31T16:00:00Z"
    assert body["forecast"]["tier"] == "gold"
    assert values(body)["growth"] == 9_520 + 9_520 * 5 // (2 * 30)
