"""What was told of a member's tiers, whatever the order of arrival."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benefit_svc.domain.periods import Window
from benefit_svc.domain.timeline import hear, hear_all
from contracts.events.tiers import TierChanged, TierInterval
from contracts.ids import EventId, MemberId

DAY0 = datetime(2026, 1, 1, tzinfo=UTC)


def day(n: int) -> datetime:
    return DAY0 + timedelta(days=n)


def told(seq: int, *spans: tuple[str, int, int, int | None]) -> TierChanged:
    intervals = tuple(
        TierInterval(
            tier=tier,
            rank=0,
            ordinal=ordinal,
            from_at=day(begin),
            to_at=None if end is None else day(end),
            reason="test",
        )
        for tier, ordinal, begin, end in spans
    )
    return TierChanged(
        event_id=EventId(f"t{seq}"),
        member_id=MemberId("m1"),
        occurred_at=intervals[0].from_at,
        recorded_at=DAY0,
        version="1",
        ladder="classic",
        seq=seq,
        from_at=intervals[0].from_at,
        intervals=intervals,
    )


def read(timeline, at):
    return [(p.tier, p.ordinal) for p in timeline if p.window.has(at)]


def true_at(messages, at):
    """The rule itself: the highest seq that covers the instant."""
    covering = [m for m in messages if m.from_at <= at]
    if not covering:
        return []
    last = max(covering, key=lambda m: m.seq)
    return [(i.tier, i.ordinal) for i in last.intervals if Window(i.from_at, i.to_at).has(at)]


@st.composite
def messages(draw):
    found = []
    for seq in range(1, draw(st.integers(1, 6)) + 1):
        cuts = sorted(draw(st.sets(st.integers(0, 12), min_size=1, max_size=4)))
        ends = [*cuts[1:], None]
        spans = [
            (draw(st.sampled_from("abc")), draw(st.integers(1, 3)), begin, end)
            for begin, end in zip(cuts, ends, strict=True)
        ]
        found.append(told(seq, *spans))
    return found


@given(messages(), st.randoms(use_true_random=False))
def test_for_each_instant_the_highest_seq_that_covers_it_is_true_in_every_order(said, chance):
    heard = [*said, *chance.sample(said, k=len(said) // 2)]
    chance.shuffle(heard)
    timeline = hear_all((), heard)
    for n in range(-1, 14):
        assert read(timeline, day(n)) == true_at(said, day(n))
    assert all(
        earlier.window.to_at == later.window.from_at
        for earlier, later in itertools.pairwise(timeline)
    )


def test_the_same_message_twice_changes_nothing():
    once = hear((), told(1, ("silver", 1, 0, 30), ("regular", 2, 30, None)))
    assert hear(once, told(1, ("silver", 1, 0, 30), ("regular", 2, 30, None))) == once


def test_an_older_message_fills_only_what_it_alone_covers():
    newer = hear((), told(2, ("gold", 1, 10, None)))
    both = hear(newer, told(1, ("silver", 1, 0, 20), ("regular", 2, 20, None)))
    assert [(p.tier, p.seq) for p in both] == [("silver", 1), ("gold", 2)]
    assert both[0].window == Window(day(0), day(10))


@pytest.mark.parametrize(
    ("at", "tier"),
    [
        pytest.param(0, "silver", id="its beginning belongs to an interval"),
        pytest.param(30, "regular", id="its end belongs to the next"),
    ],
)
def test_intervals_are_half_open(at, tier):
    timeline = hear((), told(1, ("silver", 1, 0, 30), ("regular", 1, 30, None)))
    assert read(timeline, day(at)) == [(tier, 1)]
