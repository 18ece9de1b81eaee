"""A real grocer's year as rows of tier-svc, in the order in which they would be heard."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np

from deploy.demo.year import Year, card_of

YEAR_END = datetime(2018, 1, 1, 5, tzinfo=UTC)


MEMBER = ("member_id", "enrolled_at")
PURCHASE = (
    *("member_id", "fact_id", "occurred_at"),
    *("spend_minor", "lines", "store_id", "channel"),
)


@lru_cache(maxsize=1)
def purchases_of_the_year() -> Sequence[tuple[Any, ...]]:
    """Each basket at its net in cents."""
    year = Year(None)
    table, first = year._table, year._starts[:-1]
    net = np.add.reduceat(table["sales_value"].to_numpy().astype(np.int64), first).tolist()
    named = ("household_id", "basket_id", "at", "store_id")
    columns = (table[name].to_numpy()[first].tolist() for name in named)
    return [
        (
            card_of(card),
            str(basket),
            datetime.fromtimestamp(at, UTC),
            spend,
            "[]",
            str(store),
            "till",
        )
        for card, basket, at, store, spend in zip(*columns, net, strict=True)
    ]


def members_of_the_year() -> Sequence[tuple[str, datetime]]:
    """Enrolled by their first purchase."""
    enrolled: dict[str, datetime] = {}
    for member, _, at, *_ in purchases_of_the_year():
        enrolled.setdefault(member, at)
    return sorted(enrolled.items())
