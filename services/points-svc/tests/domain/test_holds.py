"""P8, P9 and P14: holds, burns and what comes back."""

from datetime import timedelta

import pytest

from points_svc.domain import holds
from points_svc.domain.refusals import (
    CaptureExceedsHold,
    HoldNotOpen,
    PointsInsufficient,
)
from points_testing.ledger import WHY, Ledger, purchase, shanghai

BUY = shanghai("2026-03-02 10:00")
END = shanghai("2028-01-01 00:00")
SECOND = timedelta(seconds=1)


def with_points(*nets: str, now=BUY) -> Ledger:
    ledger = Ledger()
    ledger.at(now)
    for n, net in enumerate(nets):
        ledger.hear_purchase(purchase(f"p{n}", BUY + n * SECOND, net))
    return ledger


def test_P8_a_hold_sets_points_of_its_lots_aside():
    ledger = with_points("100.00", "100.00")
    ledger.at(BUY + 5 * SECOND)
    hold = ledger.hold("h", 150)
    assert [portion.points for portion in hold.lots] == [110, 40]
    assert ledger.sums() | {"available": 70, "held": 150} == ledger.sums()


def test_P8_a_hold_is_never_more_than_what_is_available():
    ledger = with_points("100.00")
    with pytest.raises(PointsInsufficient) as refused:
        ledger.hold("h", 111)
    assert refused.value.numbers == {"asked": 111, "available": 110}


def test_P8_a_partial_capture_gives_the_rest_back_to_its_lots():
    ledger = with_points("100.00", "100.00")
    ledger.at(BUY + 5 * SECOND)
    ledger.hold("h", 150)
    ledger.capture("h", 120)
    assert ledger.sums() | {"available": 100, "held": 0} == ledger.sums()
    assert [lot.remaining for lot in ledger.book().lots.values()] == [0, 100]
    assert [portion.points for portion in ledger.burns["h"].lots] == [110, 10]


def test_P8_a_capture_is_never_more_than_the_hold():
    ledger = with_points("100.00")
    ledger.hold("h", 50)
    with pytest.raises(CaptureExceedsHold) as refused:
        ledger.capture("h", 51)
    assert refused.value.numbers == {"asked": 51, "held": 50}


@pytest.mark.parametrize("verb", ["capture", "release"])
def test_P8_at_its_lapse_a_hold_is_over_whether_or_not_the_job_has_run(verb):
    ledger = with_points("100.00")
    ledger.hold("h", 50, lapse_after_s=60)
    ledger.at(BUY + 60 * SECOND)
    with pytest.raises(HoldNotOpen) as refused:
        ledger.capture("h", 50) if verb == "capture" else ledger.release("h")
    assert refused.value.numbers == {"state": "lapsed"}
    assert ledger.sums() | {"available": 110, "held": 0} == ledger.sums()


def test_P8_a_hold_that_is_over_ends_no_other_way_whatever_its_row_says():
    ledger = with_points("100.00")
    hold = ledger.hold("h", 50, lapse_after_s=60)
    ledger.at(BUY + 60 * SECOND)
    assert hold.state == "open"
    for end in (
        lambda: holds.capture(ledger.book(), hold, 50, WHY),
        lambda: holds.release(ledger.book(), hold, WHY),
    ):
        with pytest.raises(HoldNotOpen):
            end()


def test_P8_a_moment_before_its_lapse_a_hold_is_captured():
    ledger = with_points("100.00")
    ledger.hold("h", 50, lapse_after_s=60)
    ledger.at(BUY + 60 * SECOND - timedelta(microseconds=1))
    ledger.capture("h", 50)
    assert ledger.holds["h"].state == "captured"


def test_P8_a_lot_that_expires_during_a_hold_stays_usable_for_it():
    ledger = with_points("100.00", now=END - SECOND)
    ledger.hold("h", 60)
    ledger.at(END)
    ledger.settle()
    assert ledger.sums() | {"available": 0, "held": 60, "expired": 50} == ledger.sums()
    ledger.capture("h", 60)
    assert ledger.sums() | {"available": 0, "held": 0, "expired": 50} == ledger.sums()


def test_P8_what_a_release_gives_back_to_an_ended_lot_expires_then():
    ledger = with_points("100.00", now=END - SECOND)
    ledger.hold("h", 60)
    ledger.at(END + SECOND)
    ledger.release("h")
    assert ledger.sums() | {"available": 0, "held": 0, "expired": 110} == ledger.sums()
    expiries = [p.occurred_at for p in ledger.book().postings if p.kind == "expiry"]
    assert expiries == [END, END + SECOND]


def test_P8_a_lapse_takes_effect_when_it_was_due():
    ledger = with_points("100.00")
    ledger.hold("h", 60, lapse_after_s=60)
    ledger.at(BUY + 600 * SECOND)
    ledger.settle()
    (lapse,) = [p for p in ledger.book().postings if p.kind == "lapse"]
    assert (lapse.occurred_at, lapse.points) == (BUY + 60 * SECOND, 60)


def test_P9_a_cancelled_burn_gives_back_to_the_same_lots():
    ledger = with_points("100.00", "100.00")
    ledger.at(BUY + 5 * SECOND)
    before = dict(ledger.book().lots)
    ledger.burn("b", 150)
    ledger.cancel("b")
    assert ledger.book().lots == before


def test_P9_what_comes_back_to_an_ended_lot_expires_there_is_no_courtesy():
    ledger = with_points("100.00")
    ledger.burn("b", 100)
    ledger.at(END + SECOND)
    ledger.cancel("b")
    assert ledger.sums() | {"available": 0, "expired": 110} == ledger.sums()


def test_P9_the_burn_of_a_captured_hold_is_cancelled_by_the_holds_id():
    ledger = with_points("100.00")
    ledger.hold("h", 60)
    ledger.capture("h", 50)
    ledger.cancel("h")
    assert ledger.sums() | {"available": 110, "held": 0} == ledger.sums()


def test_P14_a_negative_adjustment_never_makes_a_deficit():
    ledger = with_points("100.00")
    ledger.adjust(-110)
    assert ledger.sums() | {"available": 0, "deficit": 0} == ledger.sums()
    with pytest.raises(PointsInsufficient):
        ledger.adjust(-1)
