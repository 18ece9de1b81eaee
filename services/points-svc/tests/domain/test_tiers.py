"""P6: for each instant the message with the highest sequence that covers it is true."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from points_svc.domain.tiers import Told, hear, hear_all, just_before, rating_tier
from points_testing.ledger import told

ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)


def day(n: int) -> datetime:
    return ORIGIN + timedelta(days=n)


def test_P6_a_later_message_replaces_what_it_covers():
    timeline = hear_all((), [told(1, (day(0), "a"), (day(10), "b")), told(2, (day(5), "c"))])
    assert timeline == (Told(day(0), "a", 1), Told(day(5), "c", 2))


def test_P6_an_older_message_that_was_parked_still_fills_what_only_it_covers():
    old, new = told(2, (day(3), "b"), (day(6), "c")), told(3, (day(5), "d"))
    timeline = hear_all((), [told(1, (day(0), "a")), new, old])
    assert timeline == (Told(day(0), "a", 1), Told(day(3), "b", 2), Told(day(5), "d", 3))


def test_P6_the_same_message_again_changes_nothing():
    message = told(4, (day(1), "a"), (day(2), "b"))
    once = hear((), message)
    assert hear(once, message) == once


def test_the_first_ladder_by_name_that_told_something_rates():
    ladders = {"b": hear((), told(1, (day(0), "x"))), "a": hear((), told(1, (day(5), "y")))}
    assert rating_tier(ladders, day(3)) == Told(day(0), "x", 1)
    assert rating_tier(ladders, day(6)) == Told(day(5), "y", 1)
    assert rating_tier({}, day(6)) is None


def test_P6_the_ladder_that_is_named_rates_or_none_does():
    ladders = {"b": hear((), told(1, (day(0), "x"))), "a": hear((), told(1, (day(5), "y")))}
    assert rating_tier(ladders, day(6), "b") == Told(day(0), "x", 1)
    assert rating_tier(ladders, day(3), "a") is None
    assert rating_tier(ladders, day(6), "c") is None


MESSAGES = st.lists(
    st.lists(st.integers(0, 12), min_size=1, max_size=3, unique=True).map(sorted),
    min_size=1,
    max_size=4,
)


def naive(messages, at):
    """The definition, word by word."""
    covering = [m for m in messages if m.from_at < at]
    if not covering:
        return None
    best = max(covering, key=lambda m: m.seq)
    return [i.tier for i in best.intervals if i.from_at < at][-1]


@given(MESSAGES)
def test_P6_every_order_of_the_messages_reads_alike_and_as_defined(starts):
    messages = [
        told(seq, *((day(n), f"{seq}-{n}") for n in days)) for seq, days in enumerate(starts, 1)
    ]
    for order in permutations(messages):
        timeline = hear_all((), order)
        for n in range(14):
            at = day(n)
            found = just_before(timeline, at)
            assert (found.tier if found else None) == naive(messages, at)
