"""A no of points-svc that benefit-svc has no word for is passed on as it is."""

from benefit_svc.domain.redemptions import Why
from benefit_svc.domain.refusals import PointsInsufficient, PointsRefused
from benefit_svc.inbound.http.redemption_answers import refused_because


def test_an_unknown_no_keeps_its_code_and_numbers():
    refusal = refused_because(Why("burn_limit_reached", {"limit": 5}))
    assert isinstance(refusal, PointsRefused)
    assert (refusal.code, refusal.status, refusal.numbers) == (
        "burn_limit_reached",
        409,
        {"limit": 5},
    )


def test_a_known_no_is_told_in_our_own_words():
    refusal = refused_because(Why("points_insufficient", {"asked": 500, "available": 0}))
    assert isinstance(refusal, PointsInsufficient)
    assert refusal.numbers == {"asked": 500, "available": 0}
