"""Tables that only remember stay as small as their window, and nothing doubles for it."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from chassis.bus import outbox
from chassis.consumer.inbox import inbox
from chassis.settings import Settings
from chassis.trimming import BATCH_MAX, forget_answers, forget_seen
from contracts.events.members import MemberEnrolled
from contracts.ids import EventId, MemberId

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = Settings.model_fields["republish_days"].default
KEPT = Settings.model_fields["inbox_days"].default
DAY_S = 86_400
AGE_SEEN = """
UPDATE inbox SET seen_at = now() - make_interval(secs => :age_s) WHERE event_id = :e
"""
AGE_SENT = "UPDATE outbox SET sent_at = now() - make_interval(secs => :age_s)"
KEY = {"Idempotency-Key": "key-trimmed-1"}


def enrolled(event_id):
    return MemberEnrolled(
        event_id=EventId(event_id),
        member_id=MemberId("m1"),
        occurred_at=NOON,
        recorded_at=NOON,
        version="1",
        enrolled_at=NOON,
    )


async def seen(stage, event_id, days_ago=0.0):
    """Whether it is fresh; it was seen so long ago from now on."""
    async with stage.begin() as tx:
        is_fresh = bool(await inbox(tx, "shelf", [enrolled(event_id)]))
        await tx.execute("age", AGE_SEEN, e=event_id, age_s=days_ago * DAY_S)
    return is_fresh


async def test_what_was_seen_is_forgotten_after_its_time(stage):
    await seen(stage, "lately", KEPT - 0.01)
    await seen(stage, "long ago", KEPT + 0.01)
    assert await stage.run_job("forget_seen") == 1
    assert [await seen(stage, "lately"), await seen(stage, "long ago")] == [False, True]


async def test_what_is_seen_again_is_remembered_from_then_on(stage):
    await seen(stage, "again", KEPT + 1)
    assert not await seen(stage, "again", 1)
    assert await stage.run_job("forget_seen") == 0
    assert not await seen(stage, "again")


async def test_a_round_forgets_no_more_than_it_may(stage):
    for number in range(3):
        await seen(stage, f"many {number}", KEPT + 1)
    async with stage.begin() as tx:
        assert await forget_seen(tx, 2, days=KEPT) == 2
    async with stage.begin() as tx:
        assert await forget_seen(tx, BATCH_MAX, days=KEPT) == 1


@pytest.mark.parametrize("days", [0, WINDOW - 0.01, WINDOW + 0.01, 2 * WINDOW, KEPT + 0.01])
async def test_what_can_still_be_said_again_is_still_known_to_who_heard_it(stage, days):
    await stage.rows("DELETE FROM outbox")
    async with stage.begin() as tx:
        tx.emit(enrolled(f"aged {days}"))
    await stage.rows(AGE_SENT, age_s=days * DAY_S)
    await seen(stage, f"aged {days}", days)
    async with stage.begin() as tx:
        await outbox.trim(tx, WINDOW * DAY_S, None, BATCH_MAX)
    await stage.run_job("forget_seen")
    can_be_said = bool(await stage.rows("SELECT 1 FROM outbox"))
    assert can_be_said == (days < WINDOW)
    assert not (can_be_said and await seen(stage, f"aged {days}"))


async def test_said_again_at_the_last_moment_and_as_long_on_the_bus_it_is_still_known(stage):
    await seen(stage, "the last of all", WINDOW + WINDOW)
    await stage.run_job("forget_seen")
    assert not await seen(stage, "the last of all")


@pytest.mark.parametrize(("inbox_days", "is_enough"), [(15, False), (16, False), (17, True)])
def test_an_inbox_that_forgets_too_soon_stops_the_start(tmp_path, inbox_days, is_enough):
    settings = Settings(
        database_url="postgresql://x/y",
        keys_file=tmp_path / "k",
        secrets_file=tmp_path / "s",
        republish_days=8,
        inbox_days=inbox_days,
    )
    refused = pytest.raises(ValueError, match="LAUREL_INBOX_DAYS")
    with nullcontext() if is_enough else refused:
        settings.check()
    assert settings.inbox_days == inbox_days


async def test_an_answer_is_forgotten_after_its_time_and_its_key_never(api, stage):
    jar = {"name": "trimmed", "beans": 3}
    full = {"name": "overfull", "beans": 101}
    refused = {"Idempotency-Key": "key-trimmed-2"}
    began = stage.clock.at
    first = await api.post("/v1/jars", json=jar, headers=KEY)
    await api.post("/v1/jars", json=full, headers=refused)
    stage.at(began + timedelta(days=35))
    assert await stage.run_job("forget_answers") == 0
    again = await api.post("/v1/jars", json=jar, headers=KEY)
    assert (again.status_code, again.content) == (201, first.content)
    stage.at(began + timedelta(days=35, seconds=1))
    assert await stage.run_job("forget_answers") == 2
    late = [
        await api.post("/v1/jars", json=jar, headers=KEY),
        await api.post("/v1/jars", json=full, headers=refused),
    ]
    codes = [(each.status_code, each.json()["code"], each.json()["outcome"]) for each in late]
    assert codes == [
        (409, "idempotency_key_spent", "applied"),
        (409, "idempotency_key_spent", "none"),
    ]
    assert len(await stage.rows("SELECT 1 FROM jar WHERE name IN ('trimmed', 'overfull')")) == 1
    other = await api.post("/v1/jars", json={"name": "other", "beans": 1}, headers=KEY)
    assert other.json()["code"] == "idempotency_key_reused"
    stage.at(began)


async def test_a_command_that_has_not_ended_is_not_forgotten(stage):
    running = "INSERT INTO idempotency (source, key, fingerprint, claimed_at)"
    await stage.rows(running + " VALUES ('till', 'key-running-1', '', :at)", at=NOON)
    async with stage.begin() as tx:
        await forget_answers(tx, BATCH_MAX, days=0)
    assert await stage.rows("SELECT 1 FROM idempotency WHERE key = 'key-running-1'")
