"""What points-svc's answers say of a burn: only a business's no is a no (T5)."""

from datetime import UTC, datetime

import pytest

from chassis.client import Answer
from tier_svc.domain.instants import Span
from tier_svc.domain.saga import Burned, Cancelled, Denied, Stranger, Unknown
from tier_svc.domain.step_ups import Asked, Price, StepUp
from tier_svc.outbound.points import burn_meaning, cancel_meaning

ONE = StepUp(
    "s",
    "m",
    "classic",
    "silver",
    Price(100, "points", Span(months=1)),
    1,
    Asked("till", "key", "key:till"),
    datetime(2026, 3, 1, tzinfo=UTC),
)
OURS = {"state": "burned", "points": 100, "point_type": "points"}


@pytest.mark.parametrize(
    ("status", "body", "means"),
    [
        pytest.param(201, OURS, Burned(), id="ours"),
        pytest.param(201, {**OURS, "points": 99}, Unknown(), id="not our points"),
        pytest.param(201, {**OURS, "point_type": "stars"}, Unknown(), id="not our point type"),
        pytest.param(201, {}, Unknown(), id="says nothing"),
        pytest.param(
            409,
            {"code": "points_insufficient", "asked": 100, "available": 7, "title": "No."},
            Denied("points_insufficient", {"asked": 100, "available": 7}),
            id="too few points",
        ),
        pytest.param(409, {"code": "burn_cancelled"}, Denied("burn_cancelled"), id="undone before"),
        pytest.param(
            422, {"code": "point_type_not_burnable"}, Denied("point_type_not_burnable"), id="growth"
        ),
        pytest.param(404, {"code": "member_not_found"}, Stranger(), id="news may come"),
        pytest.param(404, {"code": "not_found"}, Unknown(), id="no such door"),
        pytest.param(401, {"code": "unauthenticated"}, Unknown(), id="our key is wrong"),
        pytest.param(403, {"code": "forbidden"}, Unknown(), id="our key may not"),
    ],
)
def test_T5_only_a_business_s_no_is_a_no(status, body, means):
    assert burn_meaning(Answer(status, body), ONE) == means


@pytest.mark.parametrize(
    ("status", "body", "means"),
    [
        pytest.param(200, {"state": "cancelled"}, Cancelled(), id="undone"),
        pytest.param(200, {"state": "burned"}, Unknown(), id="not undone"),
        pytest.param(409, {"code": "hold_not_captured"}, Unknown(), id="a hold"),
        pytest.param(401, {"code": "unauthenticated"}, Unknown(), id="our key is wrong"),
    ],
)
def test_T5_a_cancel_is_asked_for_again_until_it_is_made(status, body, means):
    assert cancel_meaning(Answer(status, body)) == means
