"""A fact's name, its id, its content, and what it is answered."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.ids import FactId, MemberId
from member_svc.domain.facts import (
    Answer,
    Standing,
    again,
    content_hash,
    fact_id,
    in_future,
)
from member_svc.domain.refusals import FactConflict, OccurredInFuture

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PINNED = "019e830e-1a00-730c-980b-3257966d8793"
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
REFS = st.from_regex(r"\A[A-Za-z0-9._:-]{1,64}\Z")


@given(REFS, REFS, MOMENTS)
def test_a_fact_id_is_a_uuid_of_version_7_that_holds_its_time(source, ref, at):
    found = UUID(fact_id(source, ref, "purchase", at))
    assert (found.version, found.variant) == (7, "specified in RFC 4122")
    assert found.int >> 80 == (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(MOMENTS, MOMENTS)
def test_fact_ids_sort_by_time_as_text(one, other):
    step = timedelta(milliseconds=1)
    if abs(one - other) >= step:
        earlier = fact_id("a", "r1", "purchase", one) < fact_id("b", "r2", "return", other)
        assert earlier == (one < other)


@given(REFS, REFS)
def test_E1_a_fact_id_is_made_of_its_name(source, ref):
    purchase = fact_id(source, ref, "purchase", NOW)
    assert purchase == fact_id(source, ref, "purchase", NOW)
    assert purchase != fact_id(source, ref, "return", NOW)
    assert purchase != fact_id(source, ref + ".", "purchase", NOW)
    assert fact_id("a", "b", "purchase", NOW) != fact_id("ab", "", "purchase", NOW)


def test_the_pinned_form_of_a_fact_id_never_changes():
    assert fact_id("till", "A-1", "purchase", NOW) == PINNED


@pytest.mark.parametrize(
    ("ahead", "is_refused"),
    [
        pytest.param(timedelta(0), False, id="now"),
        pytest.param(timedelta(minutes=5), False, id="five minutes: clocks are wrong"),
        pytest.param(timedelta(minutes=5, microseconds=1), True, id="more has not happened"),
        pytest.param(timedelta(days=-5_000), False, id="long ago"),
    ],
)
def test_E3_the_future_is_refused(ahead, is_refused):
    assert isinstance(in_future(NOW + ahead, NOW), OccurredInFuture) is is_refused


def test_E1_the_same_content_is_answered_again_and_other_content_is_a_conflict():
    told = content_hash("member:m", NOW, b"{}")
    found = Standing(told, FactId("f"), MemberId("m"), "accepted", NOW)
    assert again(found, told) == Answer(FactId("f"), MemberId("m"), "accepted", NOW, True)
    for other in (
        content_hash("member:m2", NOW, b"{}"),
        content_hash("member:m", NOW + timedelta(microseconds=1), b"{}"),
        content_hash("member:m", NOW, b"{ }"),
    ):
        assert isinstance(again(found, other), FactConflict)
