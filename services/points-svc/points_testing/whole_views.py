"""What a ledger of a whole life shows, in the same words whoever keeps it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from points_testing.naive_pools import NaiveLedger
from points_testing.pooling_cores import Cores

TYPES = ("points", "growth")
Lot = tuple[datetime, str, int, int, bool]


class View(NamedTuple):
    """Of each account what stands on each side, its lots, what each fact stands at, how holds and
    burns stand, and the shortfalls that wait.
    """

    sides: Mapping[tuple[str, str], Sequence[int]]
    lots: Mapping[tuple[str, str], list[Lot]]
    totals: Mapping[tuple[str, str], int]
    holds: Mapping[str, str]
    burns: Mapping[str, str]
    standing: list[int]


def of_naive(naive: NaiveLedger, members: list[str]) -> View:
    accounts = [(member, point_type) for member in members for point_type in TYPES]
    return View(
        {
            one: (
                naive.available(one),
                naive.pending(one),
                naive.held(one),
                naive.owed.get(one, 0),
            )
            for one in accounts
        },
        {
            one: sorted(
                (lot.at, str(lot.ends), lot.here, lot.lost, bool(lot.here and lot.waits))
                for lot in naive.of(one)
            )
            for one in accounts
        },
        naive.given,
        {name: hold.state for name, hold in naive.holds.items()},
        {name: burn.state for name, burn in naive.burns.items()},
        sorted(one.points for one in naive.missing if one.state == "open"),
    )


def of_cores(cores: Cores, members: list[str]) -> View:
    """Judged now, as an answer is: nothing of it is kept."""
    accounts = [(member, point_type) for member in members for point_type in TYPES]
    cores.read_totals()
    judged = cores.judged_copies(accounts)
    held = {name: hold.state_at(cores.now) for name, hold in cores.holds.items()}
    return View(
        {
            key: tuple(book.balance[side] for side in ("available", "pending", "held", "deficit"))
            for key, book in judged.items()
        },
        {
            key: sorted(
                (
                    lot.occurred_at,
                    str(lot.expires_at),
                    lot.remaining,
                    lot.expired,
                    bool(lot.remaining and lot.is_pending),
                )
                for lot in book.lots.values()
            )
            for key, book in judged.items()
        },
        {key: posted.points for key, posted in cores.posted.items()},
        held,
        {name: burn.state for name, burn in cores.burned.items()},
        cores.standing_shortfalls(),
    )
