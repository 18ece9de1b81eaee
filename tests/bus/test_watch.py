"""A client that stands still while there is something to read is noticed; one that has nothing
to do is not.
"""

from chassis.bus.bell import Pace
from chassis.bus.message import Place
from chassis.consumer.watch import Watch

PLACE = Place("topic", "life", 0)
AT_ONCE = -1.0
NEVER = 3_600.0


def test_no_progress_with_lag_is_a_stall() -> None:
    watch = Watch(0, AT_ONCE)
    watch.is_stalled({PLACE: 5}, 10)
    assert watch.is_stalled({PLACE: 5}, 10)


def test_a_step_forward_or_an_empty_log_begins_anew() -> None:
    watch = Watch(0, NEVER)
    assert not watch.is_stalled({PLACE: 5}, 10)
    assert not watch.is_stalled({PLACE: 6}, 10)
    assert not watch.is_stalled({PLACE: 6}, 0)


def test_one_looks_every_so_often() -> None:
    often, seldom = Watch(0, NEVER), Watch(NEVER, NEVER)
    assert [often.due(), often.due()] == [True, True]
    assert [seldom.due(), seldom.due()] == [True, False]


def test_waits_double_up_to_their_bound_and_begin_again() -> None:
    pace = Pace(1, 5)
    assert [pace.idle() for _ in range(5)] == [1, 2, 4, 5, 5]
    pace.busy()
    assert pace.idle() == 1
