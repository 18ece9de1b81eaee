"""What is answered while no ladder is in force."""

from datetime import UTC, datetime

from contracts.events.members import MemberEnrolled
from contracts.ids import EventId, MemberId

ENROLLED_AT = datetime(2026, 3, 1, tzinfo=UTC)


async def test_nobody_stands_anywhere_before_a_ladder_is_published(stage, api):
    await stage.deliver(
        MemberEnrolled(
            event_id=EventId("e1"),
            member_id=MemberId("m1"),
            occurred_at=ENROLLED_AT,
            recorded_at=ENROLLED_AT,
            version="1",
            enrolled_at=ENROLLED_AT,
        )
    )
    answer = await api.get("/v1/standings/m1")
    assert (answer.status_code, answer.json()["code"]) == (409, "ladder_unpublished")


async def test_T7_a_simulation_needs_the_zone_of_the_programme(api, written):
    version = (await api.post("/v1/ladders", json=written("ladder.json"))).json()["version"]
    answer = await api.post(f"/v1/ladders/{version}/simulate")
    assert (answer.status_code, answer.json()["code"]) == (409, "programme_unpublished")


async def test_T7_a_first_ladder_is_simulated_before_anything_is_in_force(stage, api, written):
    settings = await api.put("/v1/tier-svc/programme", json=written("tier.json"))
    assert settings.status_code == 200
    stage.at(ENROLLED_AT.replace(month=4))
    version = (await api.post("/v1/ladders", json=written("ladder.json"))).json()["version"]
    place = (await api.post(f"/v1/ladders/{version}/simulate")).headers["Location"]
    await stage.run_job("simulate_members")
    assert (await api.get(place)).json()["result"]["tiers_before"] == ["regular"]
    assert "as nothing is in force" in (await api.get(f"{place}/report")).text
