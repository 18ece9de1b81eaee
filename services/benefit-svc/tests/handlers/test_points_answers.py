"""What points-svc's answers mean. Only a business's no is a no."""

import pytest

from benefit_svc.domain.saga import BurnCancelled, Denied, HoldIs, Unknown, Unseen
from benefit_svc.outbound.points import cancel_meaning, hold_meaning
from chassis.client import Answer
from contracts.quantities import Points


def problem(status, code, **numbers):
    frame = {"type": "t", "title": "t", "status": status, "detail": "d", "request_id": "r"}
    return Answer(status, {**frame, "code": code, "outcome": "none", **numbers})


def captured(points):
    return Answer(200, {"state": "captured", "points": 500, "captured": points})


def burn_cancelled(points):
    return Answer(200, {"state": "cancelled", "points": points})


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        pytest.param(Answer(201, {"state": "open"}), HoldIs("open"), id="held"),
        pytest.param(captured(500), HoldIs("captured"), id="captured"),
        pytest.param(captured(1), Unknown(), id="captured, but not our points"),
        pytest.param(
            Answer(200, {"state": "captured"}), Unknown(), id="captured, nobody knows what"
        ),
        pytest.param(
            problem(409, "hold_not_open", state="captured"), Unknown(), id="ended so: ask how many"
        ),
        pytest.param(Answer(200, {"state": "elsewhere"}), Unknown(), id="a state nobody knows"),
        pytest.param(Answer(200, {}), Unknown(), id="no state"),
        pytest.param(
            problem(409, "points_insufficient", asked=500, available=494),
            Denied("points_insufficient", {"asked": 500, "available": 494}),
            id="not enough, with the numbers alone",
        ),
        pytest.param(problem(409, "hold_released"), HoldIs("released"), id="a tombstone"),
        pytest.param(problem(409, "hold_not_open", state="lapsed"), HoldIs("lapsed"), id="lapsed"),
        pytest.param(problem(404, "hold_not_found"), Unseen(), id="unseen"),
        pytest.param(
            problem(404, "member_not_found"), Unseen(is_stranger=True), id="a member not heard of"
        ),
        pytest.param(problem(404, "not_found"), Unknown(), id="a wrong address is no no"),
        pytest.param(problem(401, "unauthenticated"), Unknown(), id="a wrong key is no no"),
        pytest.param(problem(403, "forbidden"), Unknown(), id="a missing scope is no no"),
        pytest.param(problem(422, "invalid"), Denied("invalid"), id="never acceptable"),
    ],
)
def test_B4_an_answer_about_a_hold_means(answer, meaning):
    found = hold_meaning(answer, Points(500))
    assert found == meaning
    assert getattr(found, "numbers", {}) == getattr(meaning, "numbers", {})


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        pytest.param(burn_cancelled(500), BurnCancelled(), id="done"),
        pytest.param(burn_cancelled(0), Unknown(), id="a tombstone gave nothing back: again"),
        pytest.param(problem(409, "hold_not_captured"), Unknown(), id="anything else: again"),
    ],
)
def test_an_answer_about_a_cancel_means(answer, meaning):
    assert cancel_meaning(answer, Points(500)) == meaning
