"""The door through which an operator has things said again."""

from datetime import UTC, datetime, timedelta

from contracts.events.members import MemberEnrolled
from contracts.ids import EventId, MemberId

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DOOR = "/v1/shelf-svc/outbox/republish"
UNSENT = "SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL"


async def test_what_was_sent_is_sent_again_from_an_instant_on(api, stage):
    async with stage.begin() as tx:
        tx.emit(
            MemberEnrolled(
                event_id=EventId("e1"),
                member_id=MemberId("m1"),
                occurred_at=NOON,
                recorded_at=NOON,
                version="1",
                enrolled_at=NOON,
            )
        )
    await stage.rows("UPDATE outbox SET sent_at = now()")
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert (await api.post(DOOR, json={"since": later})).json() == {"rows": 0}
    assert (await stage.rows(UNSENT))[0].n == 0
    assert (await api.post(DOOR, json={})).json() == {"rows": 1}
    assert (await stage.rows(UNSENT))[0].n == 1


async def test_only_operators_have_things_said_again(stage):
    async with stage.client("jar:read") as reader:
        assert (await reader.post(DOOR, json={})).status_code == 403
