"""What points-svc's answers mean. Only a business's no is a no."""

import pytest

from benefit_svc.domain.saga import BurnCancelled, Denied, HoldIs, Unknown, Unseen
from benefit_svc.outbound.points import cancel_meaning, hold_meaning
from chassis.client import Answer


def problem(status, code, **numbers):
    frame = {"type": "t", "title": "t", "status": status, "detail": "d", "request_id": "r"}
    return Answer(status, {**frame, "code": code, "outcome": "none", **numbers})


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        pytest.param(Answer(201, {"state": "open"}), HoldIs("open"), id="held"),
        pytest.param(Answer(200, {"state": "captured"}), HoldIs("captured"), id="captured"),
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
        pytest.param(problem(404, "member_not_found"), Denied("member_not_found"), id="nobody"),
        pytest.param(problem(404, "not_found"), Unknown(), id="a wrong address is no no"),
        pytest.param(problem(401, "unauthenticated"), Unknown(), id="a wrong key is no no"),
        pytest.param(problem(403, "forbidden"), Unknown(), id="a missing scope is no no"),
        pytest.param(problem(422, "invalid"), Denied("invalid"), id="never acceptable"),
    ],
)
def test_B4_an_answer_about_a_hold_means(answer, meaning):
    found = hold_meaning(answer)
    assert found == meaning
    assert getattr(found, "numbers", {}) == getattr(meaning, "numbers", {})


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        pytest.param(Answer(200, {"state": "cancelled"}), BurnCancelled(), id="done"),
        pytest.param(problem(409, "hold_not_captured"), Unknown(), id="anything else: again"),
    ],
)
def test_an_answer_about_a_cancel_means(answer, meaning):
    assert cancel_meaning(answer) == meaning
