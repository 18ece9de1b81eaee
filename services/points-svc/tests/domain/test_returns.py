"""P7 and P14: returns, late facts, and where the points that are taken back come from."""

from datetime import timedelta

import pytest

from points_svc.domain.facts import Back, Returned, in_order
from points_testing.ledger import Ledger, purchase, returned, shanghai, told

BUY = shanghai("2026-03-02 10:00")
DAY = timedelta(days=1)
A = purchase("a", BUY, "100.00", units=3)
OTHER = purchase("o", BUY + DAY, "100.00")
FIRST = returned(A, "r1", BUY + 2 * DAY, ("1", 1))
SECOND = returned(A, "r2", BUY + 3 * DAY, ("1", 1))
THIRD = returned(A, "r3", BUY + 4 * DAY, ("1", 1))


def ledger_at(now=BUY + 5 * DAY) -> Ledger:
    ledger = Ledger()
    ledger.at(now)
    return ledger


def test_P7_a_reversal_is_what_was_kept_before_less_what_is_kept_after():
    ledger = ledger_at()
    ledger.hear_purchase(A)
    for back, total, left in ((FIRST, 37, 73), (SECOND, 37, 36), (THIRD, 36, 0)):
        ledger.hear_return(back)
        assert (ledger.total(back.fact_id), ledger.book().available) == (total, left)


def test_P7_a_late_return_moves_the_rounding_of_the_later_one():
    ledger = ledger_at()
    ledger.hear_purchase(A)
    ledger.hear_return(THIRD)
    assert ledger.total(THIRD.fact_id) == 37
    ledger.hear_return(FIRST)
    ledger.hear_return(SECOND)
    assert [ledger.total(r.fact_id) for r in (FIRST, SECOND, THIRD)] == [37, 37, 36]
    kinds = [p.kind for p in ledger.book().postings if p.fact_id == THIRD.fact_id]
    assert kinds == ["reversal", "rerating"]


def test_P7_a_return_takes_effect_at_the_later_of_its_own_and_its_purchases_instant():
    early = returned(A, "early", BUY - DAY, ("1", 3))
    ledger = ledger_at()
    ledger.hear_return(early)
    ledger.hear_purchase(A)
    (posting,) = [p for p in ledger.book().postings if p.fact_id == early.fact_id]
    assert (posting.occurred_at, posting.points) == (BUY, 110)


def test_P7_returns_are_taken_by_when_they_occurred_then_by_id():
    late, one, other = (
        Returned(A.fact_id, fact_id, at, (Back("1", 1),))
        for fact_id, at in (("a", BUY + DAY), ("c", BUY), ("b", BUY))
    )
    assert [back.fact_id for back in in_order([late, one, other])] == ["b", "c", "a"]


def test_P7_a_return_before_its_purchase_waits_for_it():
    ledger = ledger_at()
    ledger.hear_return(FIRST)
    assert (ledger.book().available, len(ledger.said)) == (0, 0)
    ledger.hear_purchase(A)
    assert (ledger.book().available, ledger.total(FIRST.fact_id)) == (73, 37)


def test_P7_the_own_lot_first_then_others_in_burn_order_then_a_deficit():
    ledger = ledger_at()
    ledger.hear_purchase(A)
    ledger.burn("b", 100)
    ledger.hear_purchase(OTHER)
    ledger.hear_return(FIRST)
    assert ledger.book().lots[A.fact_id].remaining == 0
    assert ledger.book().lots[OTHER.fact_id].remaining == 83
    ledger.hear_return(SECOND)
    ledger.hear_return(THIRD)
    assert ledger.sums()["available"] == 10
    ledger.burn("c", 10)
    ledger.hear_return(returned(OTHER, "ro", BUY + 4 * DAY, ("1", 1)))
    assert (ledger.book().available, ledger.book().deficit) == (0, 110)


def test_P7_points_in_holds_are_never_taken_back():
    ledger = ledger_at()
    ledger.hear_purchase(A)
    ledger.hold("h", 110)
    ledger.hear_return(FIRST)
    assert ledger.sums() | {"deficit": 37, "held": 110, "available": 0} == ledger.sums()
    ledger.release("h")
    assert ledger.sums() | {"deficit": 0, "held": 0, "available": 73} == ledger.sums()


@pytest.mark.parametrize("is_expired_first", [True, False], ids=["expiry first", "return first"])
def test_P7_what_has_expired_of_the_own_lot_is_taken_before_other_lots(is_expired_first):
    """The member loses nothing twice: either way round 73 are lost to time and 37 to the return."""
    ledger = ledger_at()
    ledger.hear_purchase(A)
    later = purchase("late", shanghai("2027-06-01 10:00"), "100.00")
    ledger.at(shanghai("2027-06-01 10:00"))
    ledger.hear_purchase(later)
    if not is_expired_first:
        ledger.hear_return(FIRST)
    ledger.at(shanghai("2028-01-01 00:00"))
    ledger.settle()
    if is_expired_first:
        assert ledger.sums()["expired"] == 110
        ledger.hear_return(FIRST)
    assert ledger.sums() | {"available": 110, "expired": 73, "deficit": 0} == ledger.sums()


def test_P7_what_one_message_causes_for_one_purchase_reaches_the_lots_as_its_net():
    """Silver turns 110 into 120 and the first reversal from 37 into 40: 7 more, and no deficit
    between.
    """
    ledger = ledger_at()
    ledger.hear_purchase(A)
    ledger.hear_return(FIRST)
    ledger.burn("b", 73)
    ledger.hear_tier(told(1, (BUY - DAY, "silver")))
    assert (ledger.total(A.fact_id), ledger.total(FIRST.fact_id)) == (120, 40)
    assert ledger.sums() | {"available": 7, "deficit": 0} == ledger.sums()
    ledger.hear_tier(told(2, (BUY - DAY, "regular")))
    assert ledger.sums() | {"available": 0, "deficit": 0} == ledger.sums()


def test_P7_a_shortfall_is_forgiven_where_the_programme_says_so():
    ledger = Ledger(shortfall="forgive")
    ledger.at(BUY + 5 * DAY)
    ledger.hear_purchase(A)
    ledger.burn("b", 110)
    ledger.hear_return(FIRST)
    assert ledger.sums() | {"available": 0, "deficit": 0, "forgiven": 37} == ledger.sums()
    assert ledger.total(FIRST.fact_id) == 37


def in_deficit(points: int = 37) -> Ledger:
    ledger = ledger_at()
    ledger.hear_purchase(A)
    ledger.burn("b", 110)
    ledger.hear_return(FIRST)
    assert ledger.book().deficit == points
    return ledger


def test_P14_an_accrual_pays_the_deficit_first():
    ledger = in_deficit()
    ledger.hear_purchase(OTHER)
    assert ledger.sums() | {"available": 73, "deficit": 0} == ledger.sums()


def test_P14_an_accrual_smaller_than_the_deficit_leaves_the_rest_of_it():
    ledger = in_deficit()
    ledger.hear_purchase(purchase("small", BUY + DAY, "10.00"))
    assert ledger.sums() | {"available": 0, "deficit": 26} == ledger.sums()


def test_P14_an_adjustment_pays_the_deficit_first():
    ledger = in_deficit()
    ledger.adjust(50)
    assert ledger.sums() | {"available": 13, "deficit": 0} == ledger.sums()


def test_P14_a_cancelled_burn_pays_the_deficit_first():
    ledger = in_deficit()
    ledger.cancel("b")
    assert ledger.sums() | {"available": 73, "deficit": 0} == ledger.sums()


def test_P14_a_rerating_upwards_pays_the_deficit_first():
    ledger = in_deficit()
    ledger.hear_tier(told(1, (BUY - DAY, "gold")))
    assert (ledger.total(A.fact_id), ledger.total(FIRST.fact_id)) == (200, 67)
    assert ledger.sums() | {"available": 23, "deficit": 0} == ledger.sums()


def test_P2_a_lot_past_its_end_when_posted_pays_a_deficit_then_expires_at_its_end():
    ledger = in_deficit()
    ledger.at(shanghai("2028-02-01 00:00"))
    ledger.hear_purchase(purchase("late", BUY + DAY, "100.00"))
    assert ledger.sums() | {"available": 0, "deficit": 0, "expired": 73} == ledger.sums()
    (expiry,) = [p for p in ledger.book().postings if p.kind == "expiry"]
    assert expiry.occurred_at == shanghai("2028-01-01 00:00")


def test_P6_a_purchase_from_before_enrolment_is_rated_at_the_base_tier():
    ledger = ledger_at()
    ledger.hear_tier(told(1, (BUY - 9 * DAY, "gold")))
    early = purchase("early", BUY, "100.00", enrolled_at=BUY + DAY)
    ledger.hear_purchase(early)
    assert ledger.total(early.fact_id) == 110


@pytest.mark.parametrize(
    ("tier_from", "points"),
    [
        pytest.param(BUY - timedelta(microseconds=1), 200, id="told for the instant before"),
        pytest.param(BUY, 110, id="a tier that begins with the purchase does not rate it"),
    ],
)
def test_P6_the_left_limit_of_the_timeline_rates(tier_from, points):
    ledger = ledger_at()
    ledger.hear_tier(told(1, (BUY - 9 * DAY, "regular"), (tier_from, "gold")))
    bought = purchase("x", BUY, "100.00", enrolled_at=BUY - 9 * DAY)
    ledger.hear_purchase(bought)
    assert ledger.total(bought.fact_id) == points


def test_P6_at_the_very_end_of_a_period_that_period_rates():
    ledger = ledger_at()
    ledger.hear_tier(told(1, (BUY - DAY, "gold"), (BUY, "regular")))
    ledger.hear_purchase(A)
    assert ledger.total(A.fact_id) == 200
