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
