"""Entitlements settled with the truth, and used (B2)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benefit_svc.domain.catalog import BEGINNING, Benefit, Offer
from benefit_svc.domain.entitlements import Entitlement, settle, use
from benefit_svc.domain.justification import GrantKey, Right
from benefit_svc.domain.periods import Window
from benefit_svc.domain.refusals import EntitlementNotUsable, EntitlementUsedUp
from contracts.ids import BenefitId, MemberId

NOW = datetime(2026, 4, 1, tzinfo=UTC)
PAST = Window(NOW - timedelta(days=60), NOW - timedelta(days=30))
OPEN = Window(NOW - timedelta(days=10), NOW + timedelta(days=10))
AHEAD = Window(NOW + timedelta(days=20), NOW + timedelta(days=30))
KEY = GrantKey(BenefitId("lounge"), "vip.1")
MEMBER = MemberId("m1")


def right(*windows, uses_max=None, version=1):
    offer = Offer(
        "Lounge", "exclusive", "service", frozenset({"vip"}), "tier_stay", uses_max=uses_max
    )
    return Right(KEY, Benefit(KEY.benefit_id, version, BEGINNING, offer), windows)


def held(**options):
    return Entitlement(
        **{"member_id": MEMBER, "key": KEY, "version": 1, "windows": (OPEN,), "uses_max": 1}
        | options
    )


def settled(before, now_right):
    changes = settle(
        MEMBER, {KEY: before} if before else {}, {KEY: now_right} if now_right else {}, NOW
    )
    return changes[0] if changes else None


@pytest.mark.parametrize(
    ("before", "now_right", "said", "state"),
    [
        pytest.param(None, right(OPEN), ("granted",), "granted", id="missing is granted"),
        pytest.param(
            None,
            right(PAST),
            ("granted", "expired"),
            "expired",
            id="over when heard of: both at once",
        ),
        pytest.param(held(), None, ("revoked",), "revoked", id="unused and unjustified is revoked"),
        pytest.param(
            held(state="revoked", is_justified=False),
            right(OPEN),
            ("granted",),
            "granted",
            id="revoked and justified again is granted again",
        ),
        pytest.param(
            held(windows=(PAST,)), right(PAST), ("expired",), "expired", id="its time is over"
        ),
        pytest.param(
            held(windows=(PAST,), state="expired"),
            right(PAST, OPEN),
            ("granted",),
            "granted",
            id="a later window of the same cycle opens it again",
        ),
        pytest.param(
            held(windows=(PAST,), state="expired"),
            None,
            ("revoked",),
            "revoked",
            id="expired unused and never justified is revoked too",
        ),
    ],
)
def test_B2_when_truth_moves(before, now_right, said, state):
    change = settled(before, now_right)
    assert change is not None
    assert (change.said, change.now.state) == (said, state)


def test_B2_used_is_kept_and_marked_unjustified():
    change = settled(held(used=1), None)
    assert change is not None
    assert change.said == ()
    assert (change.now.used, change.now.is_justified, change.now.state) == (1, False, "granted")
    again = settled(change.now, right(OPEN))
    assert again is not None
    assert (again.now.is_justified, again.said, again.now.grants) == (True, (), 1)


def test_B2_what_agrees_already_changes_nothing():
    first = settled(None, right(OPEN, uses_max=1))
    assert first is not None
    assert settled(first.now, right(OPEN, uses_max=1)) is None


def test_a_used_one_keeps_the_version_it_was_used_under():
    change = settled(held(used=1, uses_max=2), right(OPEN, AHEAD, uses_max=1, version=2))
    assert change is not None
    assert (change.now.version, change.now.uses_max) == (1, 2)
    assert change.now.windows == (OPEN, AHEAD)


def test_the_same_grant_is_the_same_entitlement_for_ever():
    assert held().entitlement_id == held(grants=7, state="revoked").entitlement_id
    assert held().entitlement_id != held(key=GrantKey(KEY.benefit_id, "vip.2")).entitlement_id


@pytest.mark.parametrize(
    ("one", "code", "numbers"),
    [
        pytest.param(
            held(state="revoked", is_justified=False),
            EntitlementNotUsable,
            {"state": "revoked"},
            id="revoked",
        ),
        pytest.param(
            held(used=1, uses_max=2, is_justified=False),
            EntitlementNotUsable,
            {"state": "unjustified"},
            id="used once, then no longer justified",
        ),
        pytest.param(held(used=1), EntitlementUsedUp, {"limit": 1, "used": 1}, id="used up"),
        pytest.param(
            held(windows=(PAST,)),
            EntitlementNotUsable,
            {"state": "expired"},
            id="over, though no job has run",
        ),
        pytest.param(
            held(windows=(PAST, AHEAD)),
            EntitlementNotUsable,
            {"state": "not_now"},
            id="between its windows",
        ),
    ],
)
def test_an_entitlement_cannot_be_used(one, code, numbers):
    with pytest.raises(code) as refused:
        use(one, NOW)
    assert refused.value.numbers == numbers


@pytest.mark.parametrize(
    ("one", "stands"),
    [
        pytest.param(held(), "granted", id="granted"),
        pytest.param(held(used=1), "used", id="used up"),
        pytest.param(held(used=1, is_justified=False), "used", id="used up stays used"),
        pytest.param(
            held(used=1, uses_max=2, is_justified=False), "unjustified", id="no use is left to it"
        ),
        pytest.param(held(windows=(PAST,)), "expired", id="over, though no job has run"),
        pytest.param(held(windows=(PAST, AHEAD)), "granted", id="between its windows"),
    ],
)
def test_an_entitlement_stands(one, stands):
    assert one.stands(NOW) == stands


def test_a_use_counts_and_without_limit_there_is_always_another():
    assert use(held(), NOW).used == 1
    assert use(held(uses_max=None, used=99), NOW).used == 100


SOME_RIGHT = st.sampled_from([None, right(PAST), right(OPEN), right(PAST, AHEAD), right(AHEAD)])


@given(st.lists(SOME_RIGHT, max_size=6), st.sampled_from([right(PAST), right(OPEN), None]))
def test_B2_where_it_ends_does_not_depend_on_what_was_true_in_between(seen, last):
    by_way_of = None
    for found in seen:
        if found is not None and found.windows[0].from_at > NOW:
            continue
        change = settled(by_way_of, found)
        by_way_of = change.now if change else by_way_of
    change = settled(by_way_of, last)
    by_way_of = change.now if change else by_way_of
    at_once = settled(None, last)
    if at_once is None:
        assert by_way_of is None or by_way_of.state == "revoked"
    else:
        assert by_way_of == replace(at_once.now, grants=by_way_of.grants)
