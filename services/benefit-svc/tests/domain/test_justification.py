"""Which (benefit, cycle) a member has a right to (B2)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benefit_svc.domain.catalog import BEGINNING, Benefit, Offer
from benefit_svc.domain.justification import rights_at
from benefit_svc.domain.periods import Window
from benefit_svc.domain.timeline import Piece
from contracts.ids import BenefitId

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(month, day, year=2026, hour=0):
    return datetime(year, month, day, hour, tzinfo=SHANGHAI).astimezone(UTC)


def offer(cycle, tiers=("gold",), **options):
    return Offer(
        name="x",
        benefit_class="basic",
        kind="service",
        tiers=frozenset(tiers),
        cycle=cycle,
        **options,
    )


def benefit(cycle, name="b", version=1, effective_from=BEGINNING, **options):
    return Benefit(BenefitId(name), version, effective_from, offer(cycle, **options))


def piece(tier, begin, end=None, ordinal=1):
    return Piece(1, tier, ordinal, Window(begin, end))


def keys(rights):
    return sorted((key.benefit_id, key.cycle) for key in rights.begun)


GOLD = (
    piece("regular", local(1, 1), local(3, 10)),
    piece("gold", local(3, 10), local(5, 20)),
    piece("regular", local(5, 20), local(8, 1), ordinal=2),
    piece("gold", local(8, 1), None, ordinal=2),
)


@pytest.mark.parametrize(
    ("cycle", "cycles"),
    [
        pytest.param("once", ["once"], id="once in a life"),
        pytest.param("tier_stay", ["gold.1", "gold.2"], id="each stay, by its ordinal"),
        pytest.param(
            "calendar_month",
            ["2026-03", "2026-04", "2026-05", "2026-08", "2026-09"],
            id="each month with an instant in the tier",
        ),
        pytest.param("calendar_year", ["2026"], id="each year with an instant in the tier"),
    ],
)
def test_B2_cycles(cycle, cycles):
    rights = rights_at(GOLD, [benefit(cycle)], SHANGHAI, local(9, 15))
    assert keys(rights) == [("b", name) for name in cycles]


def test_B2_a_projected_interval_gives_nothing_before_its_instant():
    ahead = (piece("regular", local(1, 1), local(3, 10)), piece("gold", local(3, 10)))
    before = rights_at(ahead, [benefit("tier_stay")], SHANGHAI, local(3, 9))
    assert keys(before) == []
    assert before.next_at == local(3, 10)
    assert keys(rights_at(ahead, [benefit("tier_stay")], SHANGHAI, local(3, 10)))


def test_the_windows_of_a_cycle_are_all_its_intervals():
    (right,) = rights_at(GOLD, [benefit("once")], SHANGHAI, local(4, 1)).begun.values()
    assert right.windows == (
        Window(local(3, 10), local(5, 20)),
        Window(local(8, 1), None),
    )


def test_a_month_is_cut_by_interval_and_by_the_programme_s_zone():
    rights = rights_at(GOLD, [benefit("calendar_month")], SHANGHAI, local(5, 1))
    bounds = {key.cycle: right.windows for key, right in rights.begun.items()}
    assert bounds == {
        "2026-03": (Window(local(3, 10), local(4, 1)),),
        "2026-04": (Window(local(4, 1), local(5, 1)),),
        "2026-05": (Window(local(5, 1), local(5, 20)),),
    }


def test_validity_cuts_the_windows():
    short = benefit("once", valid_from=local(4, 1), valid_to=local(4, 10))
    (right,) = rights_at(GOLD, [short], SHANGHAI, local(9, 1)).begun.values()
    assert right.windows == (Window(local(4, 1), local(4, 10)),)


def test_E4_a_later_version_counts_from_its_beginning_on():
    first = benefit("tier_stay", tiers=("gold",))
    second = benefit("tier_stay", version=2, effective_from=local(5, 1), tiers=("vip",))
    (right,) = rights_at(GOLD, [first, second], SHANGHAI, local(9, 1)).begun.values()
    assert right.benefit.version == 1
    assert right.windows == (Window(local(3, 10), local(5, 1)),)


def test_a_cycle_is_of_the_version_in_force_when_it_begins():
    first = benefit("tier_stay")
    second = benefit("tier_stay", version=2, effective_from=local(4, 1))
    rights = rights_at(GOLD, [first, second], SHANGHAI, local(9, 1))
    assert {key.cycle: right.benefit.version for key, right in rights.begun.items()} == {
        "gold.1": 1,
        "gold.2": 2,
    }


def test_intervals_that_touch_are_one_window():
    vip = (piece("gold", local(1, 1), local(2, 1)), piece("vip", local(2, 1)))
    both = benefit("once", tiers=("gold", "vip"))
    (right,) = rights_at(vip, [both], SHANGHAI, local(3, 1)).begun.values()
    assert right.windows == (Window(local(1, 1)),)


HOURS = st.integers(0, 24 * 400)


@st.composite
def timelines(draw):
    cuts = sorted(draw(st.sets(HOURS, min_size=1, max_size=6)))
    ends = [*cuts[1:], None]
    found = []
    for begin, end in zip(cuts, ends, strict=True):
        at = [None if n is None else BASE + timedelta(hours=n) for n in (begin, end)]
        tier = draw(st.sampled_from(["regular", "gold", "vip"]))
        found.append(piece(tier, at[0], at[1], draw(st.integers(1, 2))))
    return tuple(found)


BASE = local(1, 1)
CATALOG = [
    benefit(cycle, name=cycle, tiers=tiers)
    for cycle, tiers in (
        ("once", ("gold",)),
        ("calendar_month", ("gold", "vip")),
        ("calendar_year", ("vip",)),
        ("tier_stay", ("gold", "vip")),
    )
]


@given(timelines(), HOURS)
def test_nothing_changes_before_the_next_instant_that_is_named(timeline, hour):
    at = BASE + timedelta(hours=hour)
    now = rights_at(timeline, CATALOG, SHANGHAI, at)
    if now.next_at is None:
        later = rights_at(timeline, CATALOG, SHANGHAI, at + timedelta(days=4_000))
        assert later.begun.keys() == now.begun.keys()
        return
    assert now.next_at > at
    just_before = now.next_at - timedelta(microseconds=1)
    then = rights_at(timeline, CATALOG, SHANGHAI, just_before)
    assert then.begun.keys() == now.begun.keys()
    assert {k: r.is_over(just_before) for k, r in then.begun.items()} == {
        k: r.is_over(at) for k, r in now.begun.items()
    }


@given(timelines(), HOURS)
def test_a_right_has_begun_and_its_windows_lie_apart_in_order(timeline, hour):
    at = BASE + timedelta(hours=hour)
    for right in rights_at(timeline, CATALOG, SHANGHAI, at).begun.values():
        assert right.windows[0].from_at <= at
        bounds = [moment for w in right.windows for moment in (w.from_at, w.to_at) if moment]
        assert bounds == sorted(set(bounds))
