"""Old purchases, folded: what many rows of a member said, in one.

Nothing is summed, so any ladder, any late return and any correction of points reads on.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from contracts.ids import FactId
from tier_svc.domain.facts import NO_POINTS, Fact, HeardReturn, Line, Points, goods

FOLDED_AFTER = timedelta(days=800)
"""Returns later than 400 days after their purchase are reviewed by hand, and so are later facts."""

FOLDED_EVERY = timedelta(days=90)


class Folded(NamedTuple):
    """A purchase as it was kept. `spend` in minor units, before any return."""

    fact_id: FactId
    occurred_at: datetime
    spend: int
    store: str | None
    channel: str | None
    lines: tuple[Line, ...]


def unfolded(
    purchases: Sequence[Fact],
    folded: Mapping[FactId, Folded],
    points: Mapping[FactId, Points],
    *,
    with_goods: bool,
) -> list[Fact]:
    """All purchases of a member; one that was told again after it was folded is there once."""
    kept = [fact for fact in purchases if fact.fact_id not in folded]
    return [
        *kept,
        *(
            Fact(
                one.occurred_at,
                one.fact_id,
                one.spend,
                1,
                points.get(one.fact_id, NO_POINTS),
                goods(one.store, one.channel, one.lines) if with_goods else None,
            )
            for one in folded.values()
        ),
    ]


def with_lines(
    returns: Iterable[HeardReturn], folded: Mapping[FactId, Folded]
) -> list[HeardReturn]:
    """The returns, those of folded purchases with their lines."""
    return [
        back._replace(lines=folded[back.purchase_fact_id].lines)
        if back.purchase_fact_id in folded
        else back
        for back in returns
    ]
