"""Who is in a segment at an instant, by what was said when (P5)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.ids import MemberId
from member_svc.domain.segments import Said, SegmentAsk, belonging, is_in_at, next_said, refused

DAY = timedelta(days=1)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
KEY = (MemberId("m"), "vip")


def ask(is_in, from_at=None):
    return SegmentAsk(*KEY, is_in, from_at)


def test_of_nobody_of_whom_nothing_was_said_nothing_is_told(now):
    assert next_said([], ask(is_in=False), now) is None
    assert belonging(KEY, []).seq == 0


def test_what_is_said_covers_all_time_from_its_instant_on(now):
    said = [Said(1, now, True), Said(2, now + 3 * DAY, False), Said(3, now + DAY, True)]
    instants = [now - DAY, now, now + 2 * DAY, now + 4 * DAY]
    assert [is_in_at(said, at) for at in instants] == [False, True, True, True]


def test_what_was_so_already_is_not_said_again(now):
    said = [Said(1, now - 2 * DAY, True)]
    assert next_said(said, ask(is_in=True), now) is None
    assert next_said(said, ask(is_in=True, from_at=now - DAY), now) is None
    assert next_said(said, ask(is_in=True, from_at=now - 3 * DAY), now) == (2, now - 3 * DAY, True)


def test_what_differs_only_later_is_said(now):
    said = [Said(1, now - 3 * DAY, True), Said(2, now - DAY, False)]
    assert next_said(said, ask(is_in=True, from_at=now - 2 * DAY), now) == (3, now - 2 * DAY, True)


@pytest.mark.parametrize(
    ("away", "code"),
    [
        pytest.param(timedelta(minutes=6), "occurred_in_future", id="ahead"),
        pytest.param(-401 * DAY, "invalid", id="before the lateness window"),
    ],
)
def test_what_cannot_be_said(now, terms, away, code):
    wrong = refused(ask(is_in=True, from_at=now + away), now, terms)
    assert wrong is not None
    assert wrong.code == code


STEPS = st.lists(st.tuples(st.booleans(), st.integers(-20, 0)), max_size=8)


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_whoever_asks_again_in_the_same_words_changes_nothing_and_every_ask_holds(steps):
    said: list[Said] = []
    for is_in, day in steps:
        one = ask(is_in, NOW + day * DAY)
        following = next_said(said, one, NOW)
        before = [is_in_at(said, NOW + n * DAY) for n in range(-21, 1)]
        said += [following] if following else []
        after = [is_in_at(said, NOW + n * DAY) for n in range(-21, 1)]
        assert all(after[n + 21] is is_in for n in range(day, 1))
        assert after[: day + 21] == before[: day + 21]
        assert (after == before) is (following is None)
        assert next_said(said, one, NOW) is None
    assert [one.seq for one in said] == list(range(1, len(said) + 1))
