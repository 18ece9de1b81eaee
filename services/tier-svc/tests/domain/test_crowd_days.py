"""Calendar arithmetic for many instants at once, against the sums of each (E7)."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tier_svc.domain.crowd import Reach, instant, micros
from tier_svc.domain.crowd_days import adding, ending, local_days
from tier_svc.domain.instants import TICK, Period, Periods, Span, after, end_of

DRAWS = 300
SPANS = [Span(days=1), Span(days=30), Span(months=1), Span(months=12)]
PERIODS = [Periods(Period.MONTH, 1), Periods(Period.MONTH, 2), Periods(Period.QUARTER, 1)]

CHANGES = [
    pytest.param("America/New_York", "2024-03-10T07:00", id="an hour forward"),
    pytest.param("America/New_York", "2024-11-03T06:00", id="an hour back"),
    pytest.param("Australia/Lord_Howe", "2024-04-06T15:00", id="half an hour back"),
    pytest.param("America/Sao_Paulo", "2018-11-04T03:00", id="midnight is left out"),
    pytest.param("America/St_Johns", "2008-11-02T02:31", id="back over midnight"),
    pytest.param("Pacific/Apia", "2011-12-30T10:00", id="a day is left out"),
    pytest.param("Africa/Monrovia", "1972-01-07T00:44:30", id="between quarters of an hour"),
    pytest.param("Asia/Shanghai", "2024-02-29T16:00", id="after a leap day"),
]


def instants_around(changed_at):
    """At it, one tick beside it, close to it, and anywhere within a year before."""
    chance = Random(7)
    edges = [changed_at + beside for beside in (-TICK, timedelta(), TICK)]
    close = [
        changed_at + timedelta(seconds=chance.randrange(-200_000, 200_000)) for _ in edges * 80
    ]
    apart = [changed_at - timedelta(seconds=chance.randrange(370 * 86_400)) for _ in range(DRAWS)]
    month = [
        one - timedelta(days=days) for one in (*edges, *close[:40]) for days in (1, 29, 30, 31)
    ]
    return [*edges, *close, *apart, *month]


@pytest.mark.parametrize(("zone", "changed_at"), CHANGES)
def test_E7_a_sum_for_many_instants_is_the_sum_of_each(zone, changed_at):
    zone, changed_at = ZoneInfo(zone), datetime.fromisoformat(changed_at).replace(tzinfo=UTC)
    each = instants_around(changed_at)
    reach = Reach(micros(min(each)), micros(max(each)))
    many = np.array([micros(one) for one in each], dtype=np.int64)
    for span in SPANS:
        found = adding(span, zone, reach)(many)
        assert list(map(instant, found.tolist())) == [after(one, span, zone) for one in each]
    for periods in PERIODS:
        found = ending(periods, zone, reach)(many)
        assert list(map(instant, found.tolist())) == [end_of(one, periods, zone) for one in each]
    dates = [one.astimezone(zone).toordinal() for one in each]
    assert local_days(zone, reach)(many).tolist() == dates
