"""P10 in the pure core: what changes hands keeps its end, in burn order, and nothing else moves."""

from collections import Counter
from datetime import timedelta

import pytest

from contracts.events.points import PointsTransferred
from contracts.refusal import Refusal
from points_svc.domain.move_refusals import StepUpRequired, TransferLimitReached
from points_svc.domain.postings import DEFICIT, ISSUANCE, Movement
from points_svc.domain.programme import TransferTerms
from points_svc.domain.refusals import BalanceTooLarge, PointsInsufficient
from points_svc.domain.transfers import SentToday, TransferAsk, demand_allowed, transfer
from points_testing.histories import START, demand_sound
from points_testing.ledger import FRIEND, WHY, Ledger, purchase

DAY = timedelta(days=1)


def ask(points: int, step_up: str = "") -> TransferAsk:
    return TransferAsk("m1", "t1", FRIEND, "points", points, "", step_up, "till")


def with_three_lots() -> Ledger:
    """110 points that end with 2027, 220 that end with 2028, 11 more that end with 2027."""
    ledger = Ledger()
    for n, (days, net) in enumerate([(0, "100.00"), (330, "200.00"), (1, "10.00")]):
        ledger.at(START + days * DAY)
        ledger.hear_purchase(purchase(f"p{n}", START + days * DAY, net))
    ledger.at(START + 331 * DAY)
    return ledger


def test_P10_points_are_drawn_in_burn_order_and_come_as_one_lot_for_each_end():
    ledger = with_three_lots()
    book, friend = ledger.book(), ledger.books.of(FRIEND, "points")
    ledger.send(200)
    ends = Counter({lot.expires_at.year: lot.remaining for lot in friend.lots.values()})
    assert ends == {2027: 121, 2028: 79}
    assert {lot.granted: lot.remaining for lot in book.lots.values()} == {110: 0, 11: 0, 220: 141}
    ways = [(p.kind, p.debit, p.credit, p.points) for p in friend.postings]
    assert ways == [
        ("transfer_in", "transfer", "available", 121),
        ("transfer_in", "transfer", "available", 79),
    ]
    for one in (book, friend):
        demand_sound(one)


def test_P10_each_side_is_told_under_its_own_id():
    ledger = with_three_lots()
    ledger.send(200)
    said = [event for event in ledger.said if isinstance(event, PointsTransferred)]
    told = [(e.member_id, e.direction, e.other_id, e.points) for e in said]
    assert told == [("m1", "out", "m2", 200), ("m2", "in", "m1", 200)]
    assert len({event.event_id for event in said}) == 2


def test_P14_what_comes_pays_the_deficit_first():
    ledger = with_three_lots()
    friend = ledger.books.of(FRIEND, "points")
    friend.post(Movement("reversal", DEFICIT, ISSUANCE, 150, "r1", friend.now))
    ledger.send(200)
    assert (friend.available, friend.deficit) == (50, 0)
    assert [p.kind for p in friend.postings][-1] == "deficit_payment"
    demand_sound(friend)


def test_P10_never_more_than_is_available_and_nothing_is_cut():
    ledger = with_three_lots()
    book, friend = ledger.book(), ledger.books.of(FRIEND, "points")
    with pytest.raises(PointsInsufficient) as refused:
        transfer(book, friend, ask(342), None, WHY)
    assert refused.value.numbers == {"asked": 342, "available": 341}
    with pytest.raises(BalanceTooLarge):
        transfer(book, friend, ask(101), 100, WHY)
    assert transfer(book, friend, ask(100), 100, WHY).points == friend.available


TERMS = TransferTerms(daily_points=500, daily_count=3, step_up_above=200)


@pytest.mark.parametrize(
    ("points", "step_up", "sent", "refusal", "numbers"),
    [
        (500, "check-1", SentToday(0, 0), None, {}),
        (200, "", SentToday(2, 300), None, {}),
        (201, "", SentToday(0, 0), StepUpRequired, {"above": 200}),
        (501, "check-1", SentToday(0, 0), TransferLimitReached, {"limit": "daily_points"}),
        (101, "", SentToday(1, 400), TransferLimitReached, {"left": 100}),
        (1, "", SentToday(1, 500), TransferLimitReached, {"left": 0}),
        (1, "", SentToday(3, 3), TransferLimitReached, {"limit": "daily_count"}),
    ],
    ids=str,
)
def test_P10_a_member_sends_in_a_day(points, step_up, sent, refusal, numbers):
    refused = None
    try:
        demand_allowed(ask(points, step_up), TERMS, sent)
    except Refusal as no:
        refused = no
    assert type(refused) is (refusal or type(None))
    assert refused is None or refused.numbers | numbers == refused.numbers
