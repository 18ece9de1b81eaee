"""P9 as a table of cases, the sums worked out by hand.

Lot A of 55 ends on day 10, lot B of 110 on day 20. On day 1 100 are burned: all of A and 45 of B,
so that 65 of B are left.
"""

from datetime import timedelta
from fractions import Fraction

import pytest

from points_svc.domain import burns
from points_svc.domain.expiry import Expiry
from points_svc.domain.rules import plain_rule
from points_testing.ledger import BY_TIER, WHY, Ledger, purchase, returned, rules_of, shanghai

RULES = rules_of(plain_rule("points", Fraction(1), Expiry("days", 20), True, BY_TIER))
DAY_0 = shanghai("2026-03-11 10:00")
A = purchase("a", DAY_0 - timedelta(days=10), "50.00")
B = purchase("b", DAY_0, "100.00")


def burned(points: int) -> Ledger:
    ledger = Ledger(RULES)
    on(ledger, 0)
    ledger.hear_purchase(A)
    ledger.hear_purchase(B)
    on(ledger, 1)
    ledger.burn("b1", points)
    return ledger


def on(ledger: Ledger, day: int) -> None:
    ledger.at(DAY_0 + timedelta(days=day))
    ledger.settle()


def cancel(ledger: Ledger, day: int, courtesy_days: int = 0) -> None:
    on(ledger, day)
    until = DAY_0 + timedelta(days=day + courtesy_days) if courtesy_days else None
    ledger.burns["b1"] = burns.cancel(ledger.book(), ledger.burns["b1"], WHY, until)


@pytest.mark.parametrize(
    ("day", "courtesy_days", "available", "expired", "until"),
    [
        pytest.param(5, 0, 165, 0, {10: 55, 20: 110}, id="both last: 55 and 65 + 45"),
        pytest.param(9, 3, 165, 0, {10: 55, 20: 110}, id="no courtesy to who needs none"),
        pytest.param(10, 0, 110, 55, {20: 110}, id="at its very end A is over: 55 expire"),
        pytest.param(10, 3, 165, 0, {13: 55, 20: 110}, id="by courtesy A's 55 last to day 13"),
        pytest.param(19, 30, 165, 0, {20: 110, 49: 55}, id="courtesy may outlast the other lot"),
        pytest.param(20, 0, 0, 165, {}, id="both over: 65 expired before, 100 now"),
        pytest.param(25, 3, 100, 65, {28: 100}, id="courtesy gives back the 100, not the 65"),
    ],
)
def test_P9_a_burn_of_100_is_cancelled_on_day(day, courtesy_days, available, expired, until):
    ledger = burned(100)
    cancel(ledger, day, courtesy_days)
    sums = ledger.sums()
    assert (sums["available"], sums["expired"], sums["deficit"]) == (available, expired, 0)
    ends = {}
    for lot in ledger.book().lots.values():
        if lot.remaining and lot.expires_at:
            last = (lot.expires_at - DAY_0).days
            ends[last] = ends.get(last, 0) + lot.remaining
    assert ends == until


@pytest.mark.parametrize(
    ("day", "available", "expired"),
    [
        pytest.param(5, 55, 0, id="165 back, 110 pay: A's 55 and 55 of B; 55 of B are left"),
        pytest.param(15, 55, 0, id="A is over and pays all the same"),
        pytest.param(25, 0, 55, id="both are over: 110 pay, 55 of B expire"),
    ],
)
def test_P9_what_comes_back_pays_the_deficit_before_it_expires(day, available, expired):
    ledger = burned(165)
    ledger.hear_return(returned(B, "r", DAY_0 + timedelta(days=1), ("1", 1)))
    assert ledger.sums()["deficit"] == 110
    cancel(ledger, day)
    sums = ledger.sums()
    assert (sums["available"], sums["expired"], sums["deficit"]) == (available, expired, 0)
