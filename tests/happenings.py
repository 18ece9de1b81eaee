"""What fault runs must have met at least once: a run that met none of it has shown nothing.

A test that saw one of these counts it here, by what it saw. Every run prints what it met; with
`--all-must-happen` (`make faults`) one that was never met fails the run.
"""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum


class Must(StrEnum):
    """What has to happen, in the words of the promises."""

    REDELIVERY = "redelivery"
    REBALANCE = "rebalance in mid-batch"
    LAPSED = "hold lapsed during capture"
    LATE_HOLD = "late hold after release"
    DEADLOCK = "deadlock retried"
    POOL_EXHAUSTED = "pool exhausted"
    POISON = "poison parked"
    GAP = "gap found and healed"
    REPLAYED = "duplicate HTTP retry answered from store"
    MID_COMMIT = "database crash in mid-commit"
    BROKER_WIPED = "broker wiped"


OF_A_BROKER = frozenset({Must.REDELIVERY, Must.REBALANCE, Must.GAP, Must.BROKER_WIPED})
"""What nobody can meet where no broker runs."""

met: Counter[Must] = Counter()


def happened(what: Must, times: int = 1) -> None:
    """A test saw this so many times."""
    met[what] += times


def never(seen: Mapping[Must, int], *, has_broker: bool) -> list[Must]:
    """What a whole run should have met and did not."""
    possible = set(Must) - (frozenset() if has_broker else OF_A_BROKER)
    return [what for what in Must if what in possible and not seen.get(what)]
